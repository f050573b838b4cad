// Counts nids in memory. Numbers are reserved on disk in blocks, so that after a crash none is given out twice.
import { nidReservation } from '../../limits.ts'
import { sql, type Statement } from '../sql.ts'
import type { NidFamily, Reader } from '../store.ts'

const selectCounters = sql`SELECT family, reserved FROM nid_counters`

/** Records that nids of `family` up to `reserved` may be in use. */
export const reserveNids: Statement<'family' | 'reserved'> =
  sql`INSERT INTO nid_counters (family, reserved) VALUES (${'family'}, ${'reserved'})
  ON CONFLICT (family) DO UPDATE SET reserved = excluded.reserved`

interface Counter {
  last: number
  reserved: number
}

export class NidCounters {
  readonly #counters = new Map<string, Counter>()

  async load(read: Reader): Promise<void> {
    const rows = await read.all<{ family: string; reserved: number }>(selectCounters, {})
    for (const { family, reserved } of rows) this.#counters.set(family, { last: reserved, reserved })
  }

  /** The next nid; calls `reserve` first when a new block must be recorded. */
  next(family: NidFamily, reserve: (reserved: number) => void): number {
    const counter = this.#counters.get(family) ?? { last: 0, reserved: 0 }
    this.#counters.set(family, counter)
    if (counter.last >= counter.reserved) {
      counter.reserved = counter.last + nidReservation
      reserve(counter.reserved)
    }
    return ++counter.last
  }

  /** Reservations may have been lost with a failed commit: the next nid of each family makes a new one. */
  forgetReservations(): void {
    for (const counter of this.#counters.values()) counter.reserved = 0
  }

  /** The last nid given out, by family. */
  *lastNids(): Iterable<readonly [family: string, last: number]> {
    for (const [family, { last }] of this.#counters) yield [family, last]
  }
}
