// The current membership of every user in every room: one row per pair, also after leaving.
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface MemberRow extends Row {
  readonly roomNid: number
  readonly userNid: number
  /** `join`, `invite`, `knock`, `leave` or `ban`. */
  readonly membership: string
  readonly eventNid: number
  /** Journal position of the last change. */
  readonly position: number
  readonly forgotten: number
}

const columns = fragment(
  'm.room_nid AS "roomNid", m.user_nid AS "userNid", m.membership, m.event_nid AS "eventNid", m.position, m.forgotten',
)
const upsert = sql`INSERT INTO members (room_nid, user_nid, membership, event_nid, position)
  VALUES (${'roomNid'}, ${'userNid'}, ${'membership'}, ${'eventNid'}, ${'position'})
  ON CONFLICT (room_nid, user_nid) DO UPDATE SET membership = excluded.membership, event_nid = excluded.event_nid,
    position = excluded.position, forgotten = 0`
const forget = sql`UPDATE members SET forgotten = 1 WHERE room_nid = ${'roomNid'} AND user_nid = ${'userNid'}`
const one = sql`SELECT ${columns} FROM members m WHERE m.room_nid = ${'roomNid'} AND m.user_nid = ${'userNid'}`
const ofRoom = sql`SELECT ${columns}, u.user_id AS "userId" FROM members m JOIN users u ON u.nid = m.user_nid
  WHERE m.room_nid = ${'roomNid'}`
const ofUser = sql`SELECT ${columns} FROM members m WHERE m.user_nid = ${'userNid'}`
const guestsOfRoom = sql`SELECT m.user_nid AS "userNid", u.user_id AS "userId" FROM members m
  JOIN accounts a ON a.user_nid = m.user_nid JOIN users u ON u.nid = m.user_nid
  WHERE m.room_nid = ${'roomNid'} AND m.membership = 'join' AND a.is_guest = 1`

export interface MemberChange {
  readonly roomNid: number
  readonly userNid: number
  readonly membership: string
  readonly eventNid: number
  readonly position: number
}

/** Sets a membership; a forgotten room is remembered again. */
export function setMember(w: Write, { roomNid, userNid, membership, eventNid, position }: MemberChange): void {
  w.run(upsert, { roomNid, userNid, membership, eventNid, position })
}

/** Hides a room the user has left from the user. */
export function forgetRoom(w: Write, roomNid: number, userNid: number): void {
  w.run(forget, { roomNid, userNid })
}

/** The membership of a user in a room, undefined if there never was one. */
export const memberOf = (read: Reader, roomNid: number, userNid: number): Promise<MemberRow | undefined> =>
  read.get(one, { roomNid, userNid })

/** Everyone who has or had a membership in the room, with their ids. */
export const membersOfRoom = (read: Reader, roomNid: number): Promise<(MemberRow & { readonly userId: string })[]> =>
  read.all(ofRoom, { roomNid })

/** Every membership of a user, forgotten rooms too. */
export const membershipsOfUser = (read: Reader, userNid: number): Promise<MemberRow[]> => read.all(ofUser, { userNid })

/** The guests of this server who have joined the room. */
export const joinedGuests = (
  read: Reader,
  roomNid: number,
): Promise<{ readonly userNid: number; readonly userId: string }[]> => read.all(guestsOfRoom, { roomNid })
