// Presence as last set: state, status message and time of the last activity of each user, of other servers too.
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

export interface PresenceRow extends Readonly<Record<string, string | number | null>> {
  readonly user_nid: number
  readonly presence: string
  readonly status_msg: string | null
  /** Milliseconds since the epoch. */
  readonly last_active_ts: number
  /** Journal position of the last change. */
  readonly position: number
}

const upsert = sql`
  INSERT INTO presence (user_nid, presence, status_msg, last_active_ts, position)
  VALUES (${'user_nid'}, ${'presence'}, ${'status_msg'}, ${'last_active_ts'}, ${'position'})
  ON CONFLICT (user_nid) DO UPDATE SET presence = excluded.presence, status_msg = excluded.status_msg,
    last_active_ts = excluded.last_active_ts, position = excluded.position`
const all = sql`SELECT p.*, u.user_id FROM presence p JOIN users u ON u.nid = p.user_nid`

/** Stores the presence of a user. */
export const setPresence = (w: Write, row: PresenceRow): void => w.run(upsert, row)
/** The last known presence of everybody. */
export const allPresence = (read: Reader): Promise<(PresenceRow & { readonly user_id: string })[]> => read.all(all, {})

// From each user's rooms, few for most, to those of the one who asks.
const since = sql`
  SELECT u.user_id, p.user_nid, p.presence, p.status_msg, p.last_active_ts, p.position,
    p.user_nid = ${'user'} OR EXISTS (
      SELECT 1 FROM members theirs CROSS JOIN members mine
      WHERE theirs.user_nid = p.user_nid AND theirs.membership = 'join'
        AND mine.room_nid = theirs.room_nid AND mine.user_nid = ${'user'} AND mine.membership = 'join') AS shares
  FROM presence p JOIN users u ON u.nid = p.user_nid
  WHERE p.position > ${'since'} AND p.position <= ${'to'} AND (${'onlyPresent'} = 0 OR p.presence <> 'offline')
  ORDER BY p.position LIMIT ${'limit'}`

export interface PresenceRange {
  readonly user: number
  readonly since: number
  readonly to: number
  /** Those who are offline are left out: for a client that knows nothing yet. */
  readonly onlyPresent: boolean
  readonly limit: number
}

/** `shares`: 1 if it is of the user, or of somebody who shares a room with the user. */
export type SeenPresence = PresenceRow & { readonly user_id: string; readonly shares: number }

/** Presence of anybody that changed after `since` up to `to`, in the order of the changes. */
export const presenceSince = (read: Reader, { onlyPresent, ...range }: PresenceRange): Promise<SeenPresence[]> =>
  read.all(since, { ...range, onlyPresent: Number(onlyPresent) })

const joinedRooms = sql`SELECT room_nid FROM members WHERE user_nid = ${'user'} AND membership = 'join'`

/** The rooms a user is in. */
export const joinedRoomNids = async (read: Reader, user: number): Promise<number[]> =>
  (await read.all<{ room_nid: number }, 'user'>(joinedRooms, { user })).map((row) => row.room_nid)

const joinedUsers = sql`SELECT m.user_nid AS "userNid", u.user_id AS "userId" FROM members m
  JOIN users u ON u.nid = m.user_nid WHERE m.room_nid = ${'room'} AND m.membership = 'join'`

/** The users in a room, of all servers. */
export const joinedUsersOf = (
  read: Reader,
  room: number,
): Promise<{ readonly userNid: number; readonly userId: string }[]> => read.all(joinedUsers, { room })

const mutual = sql`SELECT mine.room_nid AS "roomNid", r.room_id AS "roomId"
  FROM members mine JOIN members theirs ON theirs.room_nid = mine.room_nid JOIN rooms r ON r.nid = mine.room_nid
  WHERE mine.user_nid = ${'user'} AND mine.membership = 'join' AND mine.room_nid > ${'after'}
    AND theirs.user_nid = ${'other'} AND theirs.membership = 'join' ORDER BY mine.room_nid`

export interface MutualRoom {
  readonly roomNid: number
  readonly roomId: string
}

/** The rooms two users are both joined to, after that nid. */
export const mutualRooms = (
  read: Reader,
  { user, other, after }: { readonly user: number; readonly other: number; readonly after: number },
): Promise<MutualRoom[]> =>
  read.all<{ roomNid: number; roomId: string }, 'user' | 'other' | 'after'>(mutual, { user, other, after })

const shares = sql`
  SELECT 1 AS found FROM members mine JOIN members theirs ON theirs.room_nid = mine.room_nid
  WHERE mine.user_nid = ${'user'} AND mine.membership = 'join'
    AND theirs.user_nid = ${'other'} AND theirs.membership = 'join' LIMIT 1`

/** Whether two users are joined to a common room. */
export const shareRoom = async (read: Reader, user: number, other: number): Promise<boolean> =>
  (await read.get(shares, { user, other })) !== undefined
