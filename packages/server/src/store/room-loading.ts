// Reads that a room needs besides its rows: states with the states they were made from, and the counters of a timeline.
import { sql } from './sql.ts'
import type { LoadedChange } from './state.ts'
import type { Reader } from './store.ts'

const deltas = sql`SELECT snapshot, parent, slot, event_nid AS "eventNid" FROM state_deltas
  WHERE snapshot IN (SELECT value FROM json_each(${'snapshots'})) ORDER BY snapshot DESC`

/** The change that made each of these snapshots, newest first. */
export const deltasOf = (read: Reader, snapshots: readonly number[]): Promise<LoadedDelta[]> =>
  read.all<LoadedDelta, 'snapshots'>(deltas, { snapshots: JSON.stringify(snapshots) })

export type LoadedDelta = { -readonly [Name in keyof LoadedChange]: LoadedChange[Name] }

const mainTotals = sql`SELECT notify_count AS notify, highlight_count AS highlight FROM events
  WHERE room_nid = ${'roomNid'} AND ord IS NOT NULL AND thread_nid IS NULL ORDER BY ord DESC LIMIT 1`
const threadTotals = sql`SELECT notify_count AS notify, highlight_count AS highlight FROM events
  WHERE room_nid = (SELECT room_nid FROM events WHERE nid = ${'threadNid'}) AND thread_nid = ${'threadNid'}
  ORDER BY ord DESC LIMIT 1`

type TotalsRow = { notify: number; highlight: number }
const none: TotalsRow = { notify: 0, highlight: 0 }

/** Notifying and highlighting events of the main timeline so far. */
export const totalsOfRoom = async (read: Reader, roomNid: number): Promise<TotalsRow> =>
  (await read.get<TotalsRow, 'roomNid'>(mainTotals, { roomNid })) ?? none

/** Notifying and highlighting events of a thread so far. */
export const totalsOfThread = async (read: Reader, threadNid: number): Promise<TotalsRow> =>
  (await read.get<TotalsRow, 'threadNid'>(threadTotals, { threadNid })) ?? none
