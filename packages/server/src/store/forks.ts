// Where the history of a room forks: the state after an event in the event graph, where that is not the state the room
// had when the event came in; and what the auth DAG is made of.
import { type EventRow, eventColumns } from './events.ts'
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

const insert = sql`INSERT INTO fork_states (event_nid, snapshot) VALUES (${'eventNid'}, ${'snapshot'})
  ON CONFLICT (event_nid) DO UPDATE SET snapshot = excluded.snapshot`
const select = sql`SELECT snapshot FROM fork_states WHERE event_nid = ${'eventNid'}`
const ofRoom = sql`SELECT ${eventColumns} FROM events WHERE room_nid = ${'roomNid'} AND slot IS NOT NULL ORDER BY nid`

/** Stores the state after an event in the event graph. */
export function setForkState(w: Write, eventNid: number, snapshot: number): void {
  w.run(insert, { eventNid, snapshot })
}

/** The state after an event in the event graph, undefined where it is the event's own snapshot. */
export const forkState = async (read: Reader, eventNid: number): Promise<number | undefined> =>
  (await read.get<{ snapshot: number }, 'eventNid'>(select, { eventNid }))?.snapshot

/** Every state event of a room: accepted, rejected, and those outside the timeline. */
export const stateEventsOfRoom = (read: Reader, roomNid: number): Promise<EventRow[]> => read.all(ofRoom, { roomNid })
