// The ledger's rows: at which journal positions its commits end. They are written before the commits are made, so that
// every ledger of this database is cut at the same places and has the same commits.
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

type PositionRow = { position: number }

const insert = sql`INSERT INTO ledger_commits (position) VALUES (${'position'}) ON CONFLICT (position) DO NOTHING`
const between = sql`SELECT position FROM ledger_commits
  WHERE position > ${'after'} AND position <= ${'through'} ORDER BY position LIMIT ${'limit'}`
const last = sql`SELECT coalesce(max(position), 0) AS position FROM ledger_commits`

/** Ends a commit of the ledger at a position of the journal. */
export function insertLedgerCommit(w: Write, position: number): void {
  w.run(insert, { position })
}

/** Where the commits after one position and up to another end, in order. */
export async function ledgerCommitsBetween(
  read: Reader,
  { after, through, limit }: { readonly after: number; readonly through: number; readonly limit: number },
): Promise<number[]> {
  const rows = await read.all<PositionRow, 'after' | 'through' | 'limit'>(between, { after, through, limit })
  return rows.map(({ position }) => position)
}

/** Where the newest commit ends, 0 when there is none. */
export const lastLedgerCommit = async (read: Reader): Promise<number> =>
  (await read.get<PositionRow>(last, {}))?.position ?? 0

const changesBack = sql`
  WITH RECURSIVE walk(snapshot, parent, slot, event_nid, distance) AS (
    SELECT snapshot, parent, slot, event_nid, 0 FROM state_deltas
    WHERE snapshot = ${'to'} AND ${'to'} <> ${'from'}
    UNION ALL
    SELECT d.snapshot, d.parent, d.slot, d.event_nid, walk.distance + 1 FROM walk
    JOIN state_deltas d ON d.snapshot = walk.parent WHERE walk.parent <> ${'from'}
  )
  SELECT parent, slot, event_nid AS "eventNid" FROM walk ORDER BY distance DESC`

export interface SlotChange {
  readonly slot: number
  /** 0 when the slot was emptied. */
  readonly eventNid: number
}

/** What leads from one state to a later one, oldest first; undefined when the later one was not made from it in steps. */
export async function changesBetween(read: Reader, from: number, to: number): Promise<SlotChange[] | undefined> {
  if (from === to) return []
  type Change = { parent: number; slot: number; eventNid: number }
  const changes = await read.all<Change, 'from' | 'to'>(changesBack, { from, to })
  return changes[0]?.parent === from ? changes : undefined
}

const countThrough = sql`SELECT count(*) AS "events" FROM events
  WHERE room_nid = ${'roomNid'} AND ord > 0 AND ord <= ${'ord'} AND ord = CAST(ord AS INTEGER)`

/** How many events of a room's live timeline there are up to a place in it. */
export const eventsThrough = async (read: Reader, roomNid: number, ord: number): Promise<number> =>
  (await read.get<{ events: number }, 'roomNid' | 'ord'>(countThrough, { roomNid, ord }))?.events ?? 0
