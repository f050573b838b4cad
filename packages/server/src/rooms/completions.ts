// Rooms that this server came into without their members, as far as the members are being fetched: who needs them waits.
import { MatrixError } from '@myelin/protocol/errors'
import type { Environment } from '../environment.ts'
import { membersWaitMs } from '../federation-limits.ts'
import type { HotRoom } from './hot-room.ts'

export class Completions {
  readonly #running = new Map<number, Promise<void>>()

  has(roomNid: number): boolean {
    return this.#running.has(roomNid)
  }

  /** Notes work that ends once the members of a room have come. */
  begin(roomNid: number, work: () => Promise<void>): void {
    if (this.#running.has(roomNid)) return
    const running = work().finally(() => this.#running.delete(roomNid))
    running.catch(() => undefined) // whoever did the work has told of it
    this.#running.set(roomNid, running)
  }

  /** Resolves when the room has its members; at once for all but a few. Throws M_UNKNOWN when that takes too long. */
  async wait(environment: Environment, room: HotRoom): Promise<void> {
    if (!room.partial) return
    const { promise: tooLate, resolve } = Promise.withResolvers<void>()
    const cancel = environment.timer(membersWaitMs, resolve)
    await Promise.race([tooLate, this.#running.get(room.nid)?.catch(() => undefined)])
    cancel()
    if (room.partial)
      throw new MatrixError('M_UNKNOWN', 'The members of the room are still being fetched; please try again', {
        status: 504,
      })
  }
}
