// Events that were received and wait for what they follow to be fetched. Their signatures are checked already.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface StagedPlace extends Row {
  /** Orders them as they came. */
  readonly sequence: number
  readonly roomNid: number
  /** The server that sent it. */
  readonly origin: string
  readonly eventId: string
}

const insert = sql`INSERT INTO staged_events (sequence, room_nid, origin, event_id, json)
  VALUES (${'sequence'}, ${'roomNid'}, ${'origin'}, ${'eventId'}, ${'json'})`
const all = sql`SELECT sequence, room_nid AS "roomNid", origin, event_id AS "eventId" FROM staged_events ORDER BY sequence`
const text = sql`SELECT json FROM staged_events WHERE sequence = ${'sequence'}`
const remove = sql`DELETE FROM staged_events WHERE sequence = ${'sequence'}`

/** Keeps an event in federation format. */
export function stageEvent(w: Write, { sequence, roomNid, origin, eventId }: StagedPlace, json: string): void {
  w.run(insert, { sequence, roomNid, origin, eventId, json })
}

/** Every event that waits, oldest first, without their texts. */
export const stagedEvents = (read: Reader): Promise<StagedPlace[]> => read.all(all, {})

/** The text of one; undefined once it is gone. */
export const stagedText = async (read: Reader, sequence: number): Promise<string | undefined> =>
  (await read.get<{ json: string }, 'sequence'>(text, { sequence }))?.json

/** It waits no longer. */
export function unstageEvent(w: Write, sequence: number): void {
  w.run(remove, { sequence })
}
