// Events that put users of this server out of rooms it was not in when they came, until it comes back.
import { missedRemovalsMax, missedRemovalsPerRoomMax } from '../federation-limits.ts'
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface MissedRemoval extends Row {
  readonly eventId: string
  /** The server that sent it. */
  readonly origin: string
  /** In federation format. */
  readonly json: string
}

export interface KeptRemoval {
  readonly roomNid: number
  readonly eventId: string
  readonly origin: string
  readonly json: string
  /** When it came, milliseconds since the epoch. */
  readonly ts: number
}

const insert = sql`INSERT INTO missed_removals (room_nid, event_id, origin, ts, json)
  VALUES (${'roomNid'}, ${'eventId'}, ${'origin'}, ${'ts'}, ${'json'}) ON CONFLICT (room_nid, event_id) DO NOTHING`
const pruneRoom = sql`DELETE FROM missed_removals WHERE room_nid = ${'roomNid'} AND ts <=
  (SELECT ts FROM missed_removals WHERE room_nid = ${'roomNid'} ORDER BY ts DESC LIMIT 1 OFFSET ${'max'})`
const pruneAll = sql`DELETE FROM missed_removals WHERE ts <=
  (SELECT ts FROM missed_removals ORDER BY ts DESC LIMIT 1 OFFSET ${'max'})`
const ofRoom = sql`SELECT event_id AS "eventId", origin, json FROM missed_removals WHERE room_nid = ${'roomNid'}
  ORDER BY ts`
const remove = sql`DELETE FROM missed_removals WHERE room_nid = ${'roomNid'}`

/** Keeps an event; of those of a room, and of all, the last stay. */
export function keepRemoval(w: Write, { roomNid, eventId, origin, json, ts }: KeptRemoval): void {
  w.run(insert, { roomNid, eventId, origin, json, ts })
  w.run(pruneRoom, { roomNid, max: missedRemovalsPerRoomMax })
  w.run(pruneAll, { max: missedRemovalsMax })
}

/** Those of a room, the oldest first. */
export const missedRemovals = (read: Reader, roomNid: number): Promise<MissedRemoval[]> => read.all(ofRoom, { roomNid })

/** This server is in the room again. */
export function forgetRemovals(w: Write, roomNid: number): void {
  w.run(remove, { roomNid })
}
