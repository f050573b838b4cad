// From rows of the store to events: one object per event in memory, so that a redaction shows everywhere.
import { type EventReference, referencedIds } from '@myelin/algorithms/event'
import { eventById, type EventRow, eventsInRoom } from '../store/events.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { RoomEvent } from './room-event.ts'

/** The event of a row. */
export function eventOfRow(room: HotRoom, row: EventRow): RoomEvent {
  return new RoomEvent({
    nid: row.nid,
    roomId: room.roomId,
    eventId: row.eventId,
    senderNid: row.senderNid,
    ord: row.ord ?? undefined,
    depth: row.depth,
    ts: row.ts,
    snapshot: row.snapshot,
    threadNid: row.threadNid ?? undefined,
    flags: row.flags,
    redactedBy: row.redactedBy ?? undefined,
    notifyCount: row.notifyCount,
    highlightCount: row.highlightCount,
    json: row.json,
  })
}

/** The events of rows: those in memory as they are there, the others made of their rows. */
export const loadedEvents = (room: HotRoom, rows: readonly EventRow[]): RoomEvent[] =>
  rows.map((row) => room.event(row.nid) ?? eventOfRow(room, row))

/** The event of this room with that id, or undefined. Reads nothing for those in memory. */
export async function findEvent(context: RoomsContext, room: HotRoom, eventId: string): Promise<RoomEvent | undefined> {
  const held = room.eventById(eventId)
  if (held) return held
  const row = await eventById(context.store.read, eventId)
  return row?.roomNid === room.nid ? (room.event(row.nid) ?? eventOfRow(room, row)) : undefined
}

/** The last event of the timeline at or before `ord`. */
export async function eventBefore(context: RoomsContext, room: HotRoom, ord: number): Promise<RoomEvent | undefined> {
  const rows = await eventsInRoom(context.store.read, room.nid, { dir: 'b', upTo: ord, limit: 1 })
  return loadedEvents(room, rows)[0]
}

/** Ids of the events that an event in federation format follows. */
export const previousIds = (json: string): readonly string[] =>
  referencedIds((JSON.parse(json) as { readonly prev_events: readonly EventReference[] }).prev_events)
