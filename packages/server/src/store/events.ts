// Events: one row each, with the text in federation format and the numbers that place it in its room.
import { eventIdHash } from './event-id-hash.ts'
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface EventRow extends Row {
  readonly nid: number
  readonly roomNid: number
  /** Place in the timeline (places.ts); null for outliers and rejected events. */
  readonly ord: number | null
  readonly type: string
  readonly senderNid: number
  /** Of state events. */
  readonly slot: number | null
  readonly eventId: string
  readonly depth: number
  /** `origin_server_ts`, milliseconds. */
  readonly ts: number
  /** The state after the event. */
  readonly snapshot: number
  /** The root of the thread the event is in. */
  readonly threadNid: number | null
  readonly notifyCount: number
  readonly highlightCount: number
  readonly flags: number
  /** Nid of the redaction that was applied. */
  readonly redactedBy: number | null
  readonly json: string
}

/** The columns of an `EventRow`. */
export const eventColumns =
  fragment(`nid, room_nid AS "roomNid", ord, type, sender_nid AS "senderNid", slot, event_id AS "eventId",
  depth, ts, snapshot, thread_nid AS "threadNid", notify_count AS "notifyCount", highlight_count AS "highlightCount",
  flags, redacted_by AS "redactedBy", json`)

const insert = sql`INSERT INTO events (nid, room_nid, ord, type, sender_nid, slot, id_hash, event_id, depth, ts, snapshot,
    thread_nid, notify_count, highlight_count, flags, json)
  VALUES (${'nid'}, ${'roomNid'}, ${'ord'}, ${'type'}, ${'senderNid'}, ${'slot'}, ${'idHash'}, ${'eventId'}, ${'depth'},
    ${'ts'}, ${'snapshot'}, ${'threadNid'}, ${'notifyCount'}, ${'highlightCount'}, ${'flags'}, ${'json'})`

/** What the caller's own event object has of a new row. */
export interface NewEvent {
  readonly nid: number
  readonly ord: number | undefined
  readonly type: string
  readonly senderNid: number
  readonly eventId: string
  readonly depth: number
  readonly ts: number
  readonly snapshot: number
  readonly threadNid?: number | undefined
  readonly notifyCount: number
  readonly highlightCount: number
  readonly flags: number
  readonly json: string
}

export interface EventInsertion {
  readonly room: { readonly nid: number }
  readonly event: NewEvent
  readonly slot?: number | undefined
}

export function insertEvent(w: Write, { room, event, slot }: EventInsertion): void {
  w.run(insert, {
    nid: event.nid,
    roomNid: room.nid,
    ord: event.ord ?? null,
    type: event.type,
    senderNid: event.senderNid,
    slot: slot ?? null,
    idHash: eventIdHash(event.eventId),
    eventId: event.eventId,
    depth: event.depth,
    ts: event.ts,
    snapshot: event.snapshot,
    threadNid: event.threadNid ?? null,
    notifyCount: event.notifyCount,
    highlightCount: event.highlightCount,
    flags: event.flags,
    json: event.json,
  })
}

const byNids = sql`SELECT ${eventColumns} FROM events WHERE nid IN (SELECT value FROM json_each(${'nids'}))`
const byId = sql`SELECT ${eventColumns} FROM events WHERE id_hash = ${'idHash'} AND event_id = ${'eventId'}`
const byIds = sql`SELECT ${eventColumns} FROM events WHERE id_hash IN (SELECT value FROM json_each(${'idHashes'}))`
const places = sql`SELECT nid, room_nid AS "roomNid", event_id AS "eventId", slot, flags FROM events
  WHERE id_hash IN (SELECT value FROM json_each(${'idHashes'}))`
const forwards = sql`SELECT ${eventColumns} FROM events
  WHERE room_nid = ${'roomNid'} AND ord > ${'after'} AND ord <= ${'upTo'} ORDER BY ord LIMIT ${'limit'}`
const backwards = sql`SELECT ${eventColumns} FROM events
  WHERE room_nid = ${'roomNid'} AND ord > ${'after'} AND ord <= ${'upTo'} ORDER BY ord DESC LIMIT ${'limit'}`
const lastOrd = sql`SELECT value AS "roomNid", (SELECT max(ord) FROM events WHERE room_nid = value) AS ord
  FROM json_each(${'roomNids'})`

/** Events by nid in one read, in the order asked for; unknown nids are left out. */
export async function eventsByNids(read: Reader, nids: readonly number[]): Promise<EventRow[]> {
  if (nids.length === 0) return []
  const rows = await read.all<EventRow, 'nids'>(byNids, { nids: JSON.stringify(nids) })
  const found = new Map(rows.map((row) => [row.nid, row]))
  return nids.flatMap((nid) => found.get(nid) ?? [])
}

/** The event with this id, of whatever room. */
export const eventById = (read: Reader, eventId: string): Promise<EventRow | undefined> =>
  read.get(byId, { idHash: eventIdHash(eventId), eventId })

/** Events by id in one read, in the order asked for; unknown ids are left out. */
export async function eventsByIds(read: Reader, eventIds: readonly string[]): Promise<EventRow[]> {
  if (eventIds.length === 0) return []
  const idHashes = JSON.stringify(eventIds.map(eventIdHash))
  const rows = await read.all<EventRow, 'idHashes'>(byIds, { idHashes })
  const found = new Map(rows.map((row) => [row.eventId, row]))
  return eventIds.flatMap((eventId) => found.get(eventId) ?? [])
}

/** Where an event is stored, without its text. */
export interface EventPlace extends Row {
  readonly nid: number
  readonly roomNid: number
  readonly eventId: string
  readonly slot: number | null
  readonly flags: number
}

/** Where events are stored, by id in one read, in no order; unknown ids are left out. */
export async function eventPlaces(read: Reader, eventIds: readonly string[]): Promise<EventPlace[]> {
  if (eventIds.length === 0) return []
  const wanted = new Set(eventIds)
  const rows = await read.all<EventPlace, 'idHashes'>(places, { idHashes: JSON.stringify(eventIds.map(eventIdHash)) })
  return rows.filter(({ eventId }) => wanted.has(eventId))
}

/** A stretch of a room's timeline. */
export interface TimelineRange {
  /** Forwards from the oldest event of the stretch, or backwards from the newest. */
  readonly dir: 'f' | 'b'
  /** The stretch begins after this `ord`; null or absent: with the oldest event. */
  readonly after?: number | null | undefined
  /** The last `ord` of the stretch; null or absent: the newest event. */
  readonly upTo?: number | null | undefined
  readonly limit: number
}

/** Events of a room's timeline in the order of `dir`. */
export function eventsInRoom(read: Reader, roomNid: number, range: TimelineRange): Promise<EventRow[]> {
  const after = range.after ?? Number.MIN_SAFE_INTEGER
  const upTo = range.upTo ?? Number.MAX_SAFE_INTEGER
  return read.all(range.dir === 'f' ? forwards : backwards, { roomNid, after, upTo, limit: range.limit })
}

/** The last event of a room's timeline. */
export const lastEvent = async (read: Reader, roomNid: number): Promise<EventRow | undefined> =>
  (await eventsInRoom(read, roomNid, { dir: 'b', limit: 1 }))[0]

/** The first event of a room's timeline: where history fetched later goes before. */
export const firstEvent = async (read: Reader, roomNid: number): Promise<EventRow | undefined> =>
  (await eventsInRoom(read, roomNid, { dir: 'f', limit: 1 }))[0]

/** The `ord` of the last event of each room, by room nid; one index look-up per room. Rooms without events are left out. */
export async function lastOrds(read: Reader, roomNids: readonly number[]): Promise<Map<number, number>> {
  const rows = await read.all<{ roomNid: number; ord: number | null }, 'roomNids'>(lastOrd, {
    roomNids: JSON.stringify(roomNids),
  })
  return new Map(rows.flatMap(({ roomNid, ord }) => (ord === null ? [] : [[roomNid, ord]])))
}

const addFlags = sql`UPDATE events SET flags = flags | ${'flags'} WHERE nid = ${'nid'}`

/** Sets bits of an event's flags. */
export function addEventFlags(w: Write, nid: number, flags: number): void {
  w.run(addFlags, { nid, flags })
}

const setFlags = sql`UPDATE events SET flags = ${'flags'}
  WHERE nid IN (SELECT value FROM json_each(${'nids'})) AND flags & ${'only'} <> 0`

/** Sets all flags of these events, where they still have one of `only`. */
export function setEventFlags(
  w: Write,
  nids: readonly number[],
  { flags, only }: { readonly flags: number; readonly only: number },
): void {
  if (nids.length > 0) w.run(setFlags, { nids: JSON.stringify(nids), flags, only })
}

const place = sql`UPDATE events SET ord = ${'ord'}, snapshot = ${'snapshot'}, flags = ${'flags'},
  thread_nid = ${'threadNid'}, notify_count = ${'notifyCount'}, highlight_count = ${'highlightCount'} WHERE nid = ${'nid'}`

/** Takes an event that was stored outside the timeline into it, with its counters. */
export function placeEvent(w: Write, event: NewEvent): void {
  const { nid, ord, snapshot, flags, threadNid, notifyCount, highlightCount } = event
  const thread = threadNid ?? null
  w.run(place, { nid, ord: ord ?? null, snapshot, flags, threadNid: thread, notifyCount, highlightCount })
}

const keepOriginal = sql`INSERT INTO redacted_originals (event_nid, json, redacted_ts)
  SELECT nid, json, ${'ts'} FROM events WHERE nid = ${'nid'} AND redacted_by IS NULL
  ON CONFLICT (event_nid) DO NOTHING`
const replaceText = sql`UPDATE events SET json = ${'json'}, redacted_by = ${'redactedBy'} WHERE nid = ${'nid'}`
const original = sql`SELECT json FROM redacted_originals WHERE event_nid = ${'nid'}`
const prune = sql`DELETE FROM redacted_originals WHERE redacted_ts < ${'ts'}`

export interface AppliedRedaction {
  /** The redacted event. */
  readonly nid: number
  /** The redaction. */
  readonly redactedBy: number
  /** The redacted form, canonical JSON in federation format. */
  readonly json: string
  /** When, milliseconds since the epoch. */
  readonly ts: number
}

/** Replaces an event's text by its redacted form; the original is kept until `pruneOriginals`. */
export function redactEvent(w: Write, { nid, redactedBy, json, ts }: AppliedRedaction): void {
  w.run(keepOriginal, { nid, ts })
  w.run(replaceText, { nid, redactedBy, json })
}

/** The text of an event before it was redacted, as long as it is kept. */
export const originalOf = async (read: Reader, nid: number): Promise<string | undefined> =>
  (await read.get<{ json: string }, 'nid'>(original, { nid }))?.json

/** Forgets the originals of what was redacted before `ts`, milliseconds since the epoch. */
export function pruneOriginals(w: Write, ts: number): void {
  w.run(prune, { ts })
}
