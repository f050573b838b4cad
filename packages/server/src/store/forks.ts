// Where the history of a room forks: the state after an event in the event graph, where that is not the state the room
// had when the event came in; and what the auth DAG is made of.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

const insert = sql`INSERT INTO fork_states (event_nid, snapshot) VALUES (${'eventNid'}, ${'snapshot'})
  ON CONFLICT (event_nid) DO UPDATE SET snapshot = excluded.snapshot`
const select = sql`SELECT snapshot FROM fork_states WHERE event_nid = ${'eventNid'}`
const ofRoom = sql`SELECT nid, slot, event_id AS "eventId", depth, ts, flags, json FROM events
  WHERE room_nid = ${'roomNid'} AND slot IS NOT NULL AND nid > ${'after'} ORDER BY nid LIMIT ${'limit'}`

/** Stores the state after an event in the event graph. */
export function setForkState(w: Write, eventNid: number, snapshot: number): void {
  w.run(insert, { eventNid, snapshot })
}

/** The state after an event in the event graph, undefined where it is the event's own snapshot. */
export const forkState = async (read: Reader, eventNid: number): Promise<number | undefined> =>
  (await read.get<{ snapshot: number }, 'eventNid'>(select, { eventNid }))?.snapshot

/** What the auth DAG has of a state event. */
export interface StateEventRow extends Row {
  readonly nid: number
  readonly slot: number
  readonly eventId: string
  readonly depth: number
  /** `origin_server_ts`, milliseconds. */
  readonly ts: number
  readonly flags: number
  readonly json: string
}

/** State events of a room, by nid: accepted, rejected, and those outside the timeline. */
export const stateEventsOfRoom = (
  read: Reader,
  roomNid: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<StateEventRow[]> => read.all(ofRoom, { roomNid, after, limit })
