// A user's rooms, as sync asks for them: memberships, and which rooms changed since a position.
import { sql } from './sql.ts'
import type { Reader, Row } from './store.ts'

export interface UserRoom extends Row {
  readonly roomNid: number
  readonly roomId: string
  readonly membership: string
  /** The member event, 0 when only a stripped invite is known. */
  readonly eventNid: number
  /** Journal position of the last change of the membership event. */
  readonly position: number
  readonly forgotten: number
}

const all = sql`
  SELECT m.room_nid AS "roomNid", r.room_id AS "roomId", m.membership, m.event_nid AS "eventNid", m.position, m.forgotten
  FROM members m JOIN rooms r ON r.nid = m.room_nid WHERE m.user_nid = ${'user'} ORDER BY m.room_nid`

/** Every room the user has or had a membership in. */
export const userRooms = (read: Reader, user: number): Promise<UserRoom[]> => read.all(all, { user })

const one = sql`
  SELECT m.room_nid AS "roomNid", r.room_id AS "roomId", m.membership, m.event_nid AS "eventNid", m.position, m.forgotten
  FROM members m JOIN rooms r ON r.nid = m.room_nid WHERE m.user_nid = ${'user'} AND m.room_nid = ${'room'}`

/** The user's membership in one room. */
export const userRoom = (read: Reader, user: number, room: number): Promise<UserRoom | undefined> =>
  read.get(one, { user, room })

const withEvents = sql`
  SELECT m.room_nid AS "roomNid" FROM members m
  WHERE m.user_nid = ${'user'} AND (m.position > ${'since'} OR (m.membership = 'join' AND (EXISTS (
    SELECT 1 FROM events e WHERE e.room_nid = m.room_nid AND e.ord > ${'since'}) OR EXISTS (
    SELECT 1 FROM late_members l WHERE l.room_nid = m.room_nid AND l.completed > ${'since'}))))`

/** Rooms with events after `since`, or to which members came late, or where the user's own membership changed. One index look-up per room. */
export const roomsWithEventsSince = async (read: Reader, user: number, since: number): Promise<number[]> =>
  (await read.all<{ roomNid: number }, 'user' | 'since'>(withEvents, { user, since })).map((row) => row.roomNid)

export interface FirstMember extends Row {
  readonly userNid: number
  readonly userId: string
}

const present = sql`
  SELECT u.nid AS "userNid", u.user_id AS "userId" FROM members m JOIN users u ON u.nid = m.user_nid
  WHERE m.room_nid = ${'room'} AND m.membership IN ('join', 'invite') ORDER BY m.position LIMIT ${'limit'}`
const former = sql`
  SELECT u.nid AS "userNid", u.user_id AS "userId" FROM members m JOIN users u ON u.nid = m.user_nid
  WHERE m.room_nid = ${'room'} AND m.membership IN ('leave', 'ban') ORDER BY m.position LIMIT ${'limit'}`

/** The first joined and invited members of a room by the position of their membership. Looks at every member. */
export const firstMembers = (read: Reader, room: number, limit: number): Promise<FirstMember[]> =>
  read.all(present, { room, limit })

/** The first of those who left or were banned. Looks at every member. */
export const firstFormerMembers = (read: Reader, room: number, limit: number): Promise<FirstMember[]> =>
  read.all(former, { room, limit })
