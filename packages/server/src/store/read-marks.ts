// How far a user has read each part of a room, with the room's counters at that point, so that an unread count is a
// subtraction. `thread_nid` 0 is the main timeline, `everyThread` all parts at once, else the nid of a thread's root.
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

/** Key of the mark that covers the whole room: unthreaded receipts and the user's own join. */
export const everyThread = -1

export interface ReadMarkRow extends Readonly<Record<string, number>> {
  readonly user_nid: number
  readonly room_nid: number
  readonly thread_nid: number
  /** Everything up to this place in the timeline is read. */
  readonly ord: number
  /** Notifying and highlighting events of the part up to `ord`; 0 in a mark that covers the whole room. */
  readonly notify_count: number
  readonly highlight_count: number
}

const upsert = sql`
  INSERT INTO read_marks (user_nid, room_nid, thread_nid, ord, notify_count, highlight_count)
  VALUES (${'user_nid'}, ${'room_nid'}, ${'thread_nid'}, ${'ord'}, ${'notify_count'}, ${'highlight_count'})
  ON CONFLICT (user_nid, room_nid, thread_nid) DO UPDATE
  SET ord = excluded.ord, notify_count = excluded.notify_count, highlight_count = excluded.highlight_count
  WHERE excluded.ord > read_marks.ord`

/** Moves a mark forward; one that would go back is left alone. */
export const setReadMark = (w: Write, mark: ReadMarkRow): void => w.run(upsert, mark)

const ofUser = sql`SELECT * FROM read_marks WHERE user_nid = ${'user'} AND room_nid = ${'room'}`

/** All marks of a user in a room. */
export const readMarks = (read: Reader, user: number, room: number): Promise<ReadMarkRow[]> =>
  read.all(ofUser, { user, room })

const totalsAt = sql`
  SELECT notify_count, highlight_count FROM events
  WHERE room_nid = ${'room'} AND ord <= ${'ord'} AND thread_nid IS NULL ORDER BY ord DESC LIMIT 1`
const threadTotalsAt = sql`
  SELECT notify_count, highlight_count FROM events
  WHERE room_nid = ${'room'} AND thread_nid = ${'thread'} AND ord <= ${'ord'} ORDER BY ord DESC LIMIT 1`

export interface TotalsRow extends Readonly<Record<string, number>> {
  readonly notify_count: number
  readonly highlight_count: number
}

/** Counters of one part of a room (thread 0: the main timeline) at a place in the timeline; undefined before its first event. */
export const totalsUpTo = (
  read: Reader,
  place: { readonly room: number; readonly thread: number; readonly ord: number },
): Promise<TotalsRow | undefined> =>
  place.thread === 0
    ? read.get(totalsAt, { room: place.room, ord: place.ord })
    : read.get(threadTotalsAt, { room: place.room, thread: place.thread, ord: place.ord })

export interface ThreadTotalsRow extends TotalsRow {
  readonly thread_nid: number
  readonly ord: number
}

const latestThreads = sql`
  SELECT t.root_nid AS thread_nid, e.ord, e.notify_count, e.highlight_count
  FROM threads t JOIN events e ON e.nid = t.latest_nid
  WHERE t.room_nid = ${'room'} AND t.latest_ord > ${'after'}`

/** The counters at the newest reply of every thread that had one after `after`. */
export const threadsSince = (read: Reader, room: number, after: number): Promise<ThreadTotalsRow[]> =>
  read.all(latestThreads, { room, after })
