// Receipts: the newest of every user, type and thread in a room. https://spec.matrix.org/v1.19/client-server-api/#receipts
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

/** One receipt. `thread` is `''` for unthreaded, `main`, or the event id of a thread's root; `ts` in milliseconds. */
export interface ReceiptRow extends Readonly<Record<string, string | number>> {
  readonly room_nid: number
  readonly user_nid: number
  readonly type: string
  readonly thread: string
  readonly event_id: string
  readonly ts: number
  /** Place of the event in the timeline; a receipt never moves back. */
  readonly ord: number
  /** Journal position at which it was set. */
  readonly position: number
}

/** A receipt as sync shows it, with the user's id. */
export interface SentReceipt extends Readonly<Record<string, string | number>> {
  readonly user_id: string
  readonly type: string
  readonly thread: string
  readonly event_id: string
  readonly ts: number
}

const upsert = sql`
  INSERT INTO receipts (room_nid, user_nid, type, thread, event_id, ts, ord, position)
  VALUES (${'room_nid'}, ${'user_nid'}, ${'type'}, ${'thread'}, ${'event_id'}, ${'ts'}, ${'ord'}, ${'position'})
  ON CONFLICT (room_nid, user_nid, type, thread) DO UPDATE
  SET event_id = excluded.event_id, ts = excluded.ts, ord = excluded.ord, position = excluded.position
  WHERE excluded.ord > receipts.ord`

/** Stores a receipt in the place of the one before it, unless that one is further on. */
export const setReceipt = (w: Write, receipt: ReceiptRow): void => w.run(upsert, receipt)

const since = sql`
  SELECT u.user_id, r.type, r.thread, r.event_id, r.ts FROM receipts r JOIN users u ON u.nid = r.user_nid
  WHERE r.room_nid = ${'room'} AND r.position > ${'since'} AND r.position <= ${'to'}
    AND (r.type = 'm.read' OR (r.type = 'm.read.private' AND r.user_nid = ${'user'}))
  ORDER BY r.position`

/** Receipts of a room that `user` may see, set after `since` up to `to`: everybody's public ones and the user's own. */
export const receiptsSince = (
  read: Reader,
  range: { readonly room: number; readonly user: number; readonly since: number; readonly to: number },
): Promise<SentReceipt[]> => read.all(since, range)

const ofUser = sql`SELECT * FROM receipts WHERE room_nid = ${'room'} AND user_nid = ${'user'}`

/** All receipts of one user in a room. */
export const receiptsOfUser = (read: Reader, room: number, user: number): Promise<ReceiptRow[]> =>
  read.all(ofUser, { room, user })

const changedRooms = sql`
  SELECT m.room_nid FROM members m
  WHERE m.user_nid = ${'user'} AND m.membership = 'join'
    AND EXISTS (SELECT 1 FROM receipts r WHERE r.room_nid = m.room_nid AND r.position > ${'since'})`

/** Rooms the user is in where somebody set a receipt after `since`. */
export const roomsWithReceiptsSince = async (read: Reader, user: number, since: number): Promise<number[]> =>
  (await read.all<{ room_nid: number }, 'user' | 'since'>(changedRooms, { user, since })).map((row) => row.room_nid)
