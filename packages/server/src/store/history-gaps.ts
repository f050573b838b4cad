// Gaps in the timelines of rooms: the events after which something is missing that was said while this server was away.
import { historyGapsPerRoomMax } from '../federation-limits.ts'
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface HistoryGap extends Row {
  /** The place of the event right after the gap. */
  readonly ord: number
  /** How often in a row nobody had more. */
  readonly tries: number
}

const open = sql`INSERT INTO history_gaps (room_nid, ord, tries, rests_until) VALUES (${'roomNid'}, ${'ord'}, 0, 0)`
// The oldest give way: whoever makes gaps on purpose makes no more than so many.
const forgetOldest = sql`DELETE FROM history_gaps WHERE room_nid = ${'roomNid'} AND ord < (
  SELECT ord FROM history_gaps WHERE room_nid = ${'roomNid'} ORDER BY ord DESC LIMIT 1 OFFSET ${'most'})`
const close = sql`DELETE FROM history_gaps WHERE room_nid = ${'roomNid'} AND ord = ${'ord'}`
const rest = sql`UPDATE history_gaps SET tries = ${'tries'}, rests_until = ${'untilMs'}
  WHERE room_nid = ${'roomNid'} AND ord = ${'ord'}`
const back = sql`SELECT ord, tries FROM history_gaps
  WHERE room_nid = ${'roomNid'} AND ord < ${'ord'} AND rests_until <= ${'nowMs'} ORDER BY ord DESC LIMIT 1`
const forth = sql`SELECT ord, tries FROM history_gaps
  WHERE room_nid = ${'roomNid'} AND ord > ${'ord'} AND rests_until <= ${'nowMs'} ORDER BY ord LIMIT 1`

export interface GapPlace {
  readonly roomNid: number
  readonly ord: number
}

/** What the event at this place follows is not here. */
export function openGap(w: Write, { roomNid, ord }: GapPlace): void {
  w.run(open, { roomNid, ord })
  w.run(forgetOldest, { roomNid, most: historyGapsPerRoomMax - 1 })
}

/** Nothing is missing there any more. */
export function closeGap(w: Write, { roomNid, ord }: GapPlace): void {
  w.run(close, { roomNid, ord })
}

/** Nobody is asked about a gap until then, milliseconds since the epoch. */
export function restGap(w: Write, gap: GapPlace & { readonly tries: number; readonly untilMs: number }): void {
  w.run(rest, { roomNid: gap.roomNid, ord: gap.ord, tries: gap.tries, untilMs: gap.untilMs })
}

export interface GapSearch {
  readonly roomNid: number
  readonly dir: 'b' | 'f'
  /** Gaps before events before this place, or after it. */
  readonly ord: number
  /** Only those that do not rest then; any, where it is absent. */
  readonly nowMs?: number
}

/** The gap nearest to a place in one direction. */
export const nearestGap = (read: Reader, { roomNid, dir, ord, nowMs }: GapSearch): Promise<HistoryGap | undefined> =>
  read.get(dir === 'b' ? back : forth, { roomNid, ord, nowMs: nowMs ?? Number.MAX_SAFE_INTEGER })
