// Threads: one row each, moved to the top of its room's list by every reply.
import { eventIdHash } from './event-id-hash.ts'
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface ThreadRow extends Row {
  readonly rootNid: number
  readonly latestNid: number
  /** Position of the newest reply in the timeline. */
  readonly latestOrd: number
  readonly replyCount: number
  /** 1 if the user asked about has sent the root or a reply. */
  readonly participated: number
}

const addReply = sql`INSERT INTO threads (root_nid, room_nid, latest_nid, latest_ord, reply_count)
  VALUES (${'rootNid'}, ${'roomNid'}, ${'latestNid'}, ${'latestOrd'}, 1)
  ON CONFLICT (root_nid) DO UPDATE SET reply_count = threads.reply_count + 1,
    latest_nid = CASE WHEN excluded.latest_ord > threads.latest_ord THEN excluded.latest_nid ELSE threads.latest_nid END,
    latest_ord = CASE WHEN excluded.latest_ord > threads.latest_ord THEN excluded.latest_ord ELSE threads.latest_ord END`
// The newest reply that is left; a thread without any is gone.
const recount = sql`UPDATE threads SET reply_count = reply_count - 1,
    (latest_nid, latest_ord) = (SELECT nid, ord FROM events WHERE room_nid = ${'roomNid'} AND thread_nid = ${'rootNid'}
      AND redacted_by IS NULL ORDER BY ord DESC LIMIT 1)
  WHERE root_nid = ${'rootNid'} AND reply_count > 1`
const removeLast = sql`DELETE FROM threads WHERE root_nid = ${'rootNid'} AND reply_count = 1`
const columns = fragment(`t.root_nid AS "rootNid", t.latest_nid AS "latestNid", t.latest_ord AS "latestOrd",
  t.reply_count AS "replyCount"`)
// The sender of the root takes part, and so does everyone who has replied.
const addParticipant = sql`INSERT INTO thread_participants (root_nid, user_nid)
  VALUES (${'rootNid'}, ${'senderNid'}) ON CONFLICT (root_nid, user_nid) DO NOTHING`
const addRootSender = sql`INSERT INTO thread_participants (root_nid, user_nid)
  SELECT nid, sender_nid FROM events WHERE nid = ${'rootNid'} ON CONFLICT (root_nid, user_nid) DO NOTHING`
const participated = fragment('SELECT 1 FROM thread_participants p WHERE p.root_nid = t.root_nid AND p.user_nid')
const ofRoom = sql`SELECT ${columns}, EXISTS (${participated} = ${'userNid'}) AS "participated" FROM threads t
  WHERE t.room_nid = ${'roomNid'} AND t.latest_ord < ${'ord'}
    AND (${'everyone'} = 1 OR EXISTS (${participated} = ${'userNid'}))
  ORDER BY t.latest_ord DESC LIMIT ${'limit'}`
const byRoots = sql`SELECT ${columns}, EXISTS (${participated} = ${'userNid'}) AS "participated" FROM threads t
  WHERE t.root_nid IN (SELECT value FROM json_each(${'rootNids'}))`

export interface ThreadReply {
  readonly rootNid: number
  readonly roomNid: number
  /** The reply. */
  readonly nid: number
  readonly ord: number
  readonly senderNid: number
}

/** Counts a reply to the thread of `rootNid`. */
export function addThreadReply(w: Write, { rootNid, roomNid, nid, ord, senderNid }: ThreadReply): void {
  w.run(addReply, { rootNid, roomNid, latestNid: nid, latestOrd: ord })
  w.run(addRootSender, { rootNid })
  w.run(addParticipant, { rootNid, senderNid })
}

const replies = fragment('relations r JOIN events e ON e.nid = r.child_nid')
const toRoot = fragment(`r.rel_type = 'm.thread' AND e.ord IS NOT NULL AND r.room_nid`)
const adopt = sql`INSERT INTO threads (root_nid, room_nid, latest_nid, latest_ord, reply_count)
  SELECT ${'rootNid'}, ${'roomNid'}, e.nid, e.ord, count(*) OVER () FROM ${replies}
  WHERE r.parent_hash = ${'rootHash'} AND r.parent_id = ${'rootId'} AND ${toRoot} = ${'roomNid'}
  ORDER BY e.ord DESC LIMIT 1 ON CONFLICT (root_nid) DO NOTHING`
const adoptParticipants = sql`INSERT INTO thread_participants (root_nid, user_nid)
  SELECT DISTINCT ${'rootNid'}, e.sender_nid FROM ${replies}
  WHERE r.parent_hash = ${'rootHash'} AND r.parent_id = ${'rootId'} AND ${toRoot} = ${'roomNid'}
  ON CONFLICT (root_nid, user_nid) DO NOTHING`
// Live replies have been counted in the main timeline, and stay there.
const adoptHistory = sql`UPDATE events SET thread_nid = ${'rootNid'}
  WHERE (ord < 0 OR ord <> CAST(ord AS INTEGER)) AND nid IN (SELECT e.nid FROM ${replies}
    WHERE r.parent_hash = ${'rootHash'} AND r.parent_id = ${'rootId'} AND ${toRoot} = ${'roomNid'})`

/** The root of a thread has come after replies to it. */
export function adoptReplies(
  w: Write,
  { rootNid, roomNid, rootId }: { readonly rootNid: number; readonly roomNid: number; readonly rootId: string },
): void {
  const thread = { rootNid, roomNid, rootId, rootHash: eventIdHash(rootId) }
  w.run(adopt, thread)
  w.run(adoptParticipants, thread)
  w.run(adoptHistory, thread)
  w.run(addRootSender, { rootNid })
}

/** Takes back a reply that was redacted; the event's row must say so already. */
export function removeThreadReply(w: Write, { rootNid, roomNid }: { rootNid: number; roomNid: number }): void {
  w.run(removeLast, { rootNid })
  w.run(recount, { rootNid, roomNid })
}

export interface ThreadsPage {
  readonly roomNid: number
  readonly userNid: number
  /** Only threads with a newest reply before this; absent for the first page. */
  readonly ord?: number | undefined
  /** Only threads the user has taken part in. */
  readonly participated: boolean
  readonly limit: number
}

/** One page of a room's threads, those with the newest replies first. */
export const threadsOfRoom = (read: Reader, page: ThreadsPage): Promise<ThreadRow[]> =>
  read.all(ofRoom, {
    userNid: page.userNid,
    roomNid: page.roomNid,
    ord: page.ord ?? Number.MAX_SAFE_INTEGER,
    everyone: page.participated ? 0 : 1,
    limit: page.limit,
  })

/** The threads of these roots, as far as they have any, by root. */
export async function threadsByRoots(
  read: Reader,
  rootNids: readonly number[],
  userNid: number,
): Promise<Map<number, ThreadRow>> {
  const rows = await read.all<ThreadRow, 'rootNids' | 'userNid'>(byRoots, {
    rootNids: JSON.stringify(rootNids),
    userNid,
  })
  return new Map(rows.map((row) => [row.rootNid, row]))
}
