// Joins of rooms of other servers that are under way: what was asked for, and rooms whose members are still to come.
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

type IntentRow = {
  roomId: string
  userId: string
  servers: string
  reason: string | null
  attempts: number
  sent: string | null
}

/** A join that was signed and may have reached a server. */
export interface SentJoin {
  readonly server: string
  readonly version: string
  /** The event in federation format. */
  readonly json: string
}

export interface JoinIntent {
  readonly roomId: string
  readonly userId: string
  /** Servers to try. */
  readonly servers: readonly string[]
  readonly reason?: string | undefined
  /** How often it was begun again. */
  readonly attempts: number
  readonly sent?: SentJoin | undefined
}

const keep = sql`INSERT INTO join_intents (room_id, user_id, servers, reason, attempts)
  VALUES (${'roomId'}, ${'userId'}, ${'servers'}, ${'reason'}, ${'attempts'})
  ON CONFLICT (room_id, user_id) DO UPDATE SET servers = excluded.servers, reason = excluded.reason,
    attempts = excluded.attempts`
const remove = sql`DELETE FROM join_intents WHERE room_id = ${'roomId'} AND user_id = ${'userId'}`
const allIntents = sql`SELECT room_id AS "roomId", user_id AS "userId", servers, reason, attempts, sent
  FROM join_intents`
const note = sql`UPDATE join_intents SET sent = ${'sent'} WHERE room_id = ${'roomId'} AND user_id = ${'userId'}`

export function keepJoinIntent(
  w: Write,
  { roomId, userId, servers, reason, attempts }: Omit<JoinIntent, 'sent'>,
): void {
  w.run(keep, { roomId, userId, servers: JSON.stringify(servers), reason: reason ?? null, attempts })
}

/** Which event is sent for it, and to which server. */
export function noteJoinSent(
  w: Write,
  { roomId, userId }: Pick<JoinIntent, 'roomId' | 'userId'>,
  { server, version, json }: SentJoin,
): void {
  w.run(note, { roomId, userId, sent: JSON.stringify([server, version, json]) })
}

export function removeJoinIntent(w: Write, { roomId, userId }: Pick<JoinIntent, 'roomId' | 'userId'>): void {
  w.run(remove, { roomId, userId })
}

export const joinIntents = async (read: Reader): Promise<JoinIntent[]> =>
  (await read.all<IntentRow>(allIntents, {})).map(intentOf)

const intentOf = ({ servers, reason, sent, ...row }: IntentRow): JoinIntent => ({
  ...row,
  servers: JSON.parse(servers) as string[],
  reason: reason ?? undefined,
  sent: sentOf(sent),
})

function sentOf(sent: string | null): SentJoin | undefined {
  const [server = '', version = '', json = ''] = JSON.parse(sent ?? '[]') as string[]
  return sent === null ? undefined : { server, version, json }
}

interface LateRow extends Row {
  readonly roomNid: number
  readonly joinNid: number
  readonly servers: string
  readonly completed: number | null
}

/** A room that this server came into without its members. */
export interface LateMembers {
  readonly roomNid: number
  /** The join that brought this server in. */
  readonly joinNid: number
  /** Servers in the room, the one that let this one in first. */
  readonly servers: readonly string[]
  /** Journal position at which the members had come. */
  readonly completed?: number | undefined
}

const expect = sql`INSERT INTO late_members (room_nid, join_nid, servers)
  VALUES (${'roomNid'}, ${'joinNid'}, ${'servers'})
  ON CONFLICT (room_nid) DO UPDATE SET join_nid = excluded.join_nid, servers = excluded.servers, completed = NULL`
const complete = sql`UPDATE late_members SET completed = ${'position'}, servers = '[]' WHERE room_nid = ${'roomNid'}`
const columns = fragment('room_nid AS "roomNid", join_nid AS "joinNid", servers, completed')
const awaited = sql`SELECT ${columns} FROM late_members WHERE completed IS NULL`
const ofRoom = sql`SELECT ${columns} FROM late_members WHERE room_nid = ${'roomNid'}`

const lateOf = ({ servers, completed, ...row }: LateRow): LateMembers => ({
  ...row,
  servers: JSON.parse(servers) as string[],
  completed: completed ?? undefined,
})

/** The members of the room are still to come. */
export function expectMembers(w: Write, { roomNid, joinNid, servers }: LateMembers): void {
  w.run(expect, { roomNid, joinNid, servers: JSON.stringify(servers) })
}

/** The members of the room have come. */
export function membersCame(w: Write, roomNid: number, position: number): void {
  w.run(complete, { roomNid, position })
}

/** Rooms whose members are still to come. */
export const awaitedMembers = async (read: Reader): Promise<LateMembers[]> =>
  (await read.all<LateRow>(awaited, {})).map(lateOf)

/** What is known of a room that this server came into without its members; undefined for others. */
export const lateMembers = async (read: Reader, roomNid: number): Promise<LateMembers | undefined> => {
  const row = await read.get<LateRow, 'roomNid'>(ofRoom, { roomNid })
  return row && lateOf(row)
}
