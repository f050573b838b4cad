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

const insert = sql`INSERT INTO staged_events (sequence, room_nid, origin, event_id, json, described)
  VALUES (${'sequence'}, ${'roomNid'}, ${'origin'}, ${'eventId'}, ${'json'}, ${'described'})`
const all = sql`SELECT sequence, room_nid AS "roomNid", origin, event_id AS "eventId" FROM staged_events ORDER BY sequence`
const texts = sql`SELECT event_id AS "eventId", origin, json FROM staged_events
  WHERE sequence IN (SELECT value FROM json_each(${'sequences'}))`
const description = sql`SELECT described FROM staged_events WHERE sequence = ${'sequence'}`
const remove = sql`DELETE FROM staged_events WHERE sequence IN (SELECT value FROM json_each(${'sequences'}))`

export interface StagedContent {
  /** The event in federation format. */
  readonly json: string
  /** What an invite says of its room: a JSON array of stripped state. */
  readonly described?: string | undefined
}

/** Keeps an event. */
export function stageEvent(w: Write, place: StagedPlace, { json, described }: StagedContent): void {
  const { sequence, roomNid, origin, eventId } = place
  w.run(insert, { sequence, roomNid, origin, eventId, json, described: described ?? null })
}

/** What a waiting invite says of its room, as it was kept. */
export const stagedDescription = async (read: Reader, sequence: number): Promise<string | undefined> =>
  (await read.get<{ described: string | null }, 'sequence'>(description, { sequence }))?.described ?? undefined

/** Every event that waits, oldest first, without their texts. */
export const stagedEvents = (read: Reader): Promise<StagedPlace[]> => read.all(all, {})

interface StagedText extends Row {
  readonly eventId: string
  readonly origin: string
  /** In federation format. */
  readonly json: string
}

/** The texts of some, without those that are gone. */
export const stagedTexts = async (read: Reader, sequences: readonly number[]): Promise<StagedText[]> =>
  sequences.length === 0 ? [] : read.all(texts, { sequences: JSON.stringify(sequences) })

/** They wait no longer. */
export function unstageEvents(w: Write, sequences: readonly number[]): void {
  if (sequences.length > 0) w.run(remove, { sequences: JSON.stringify(sequences) })
}
