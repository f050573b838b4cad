// States of a room at places in its timeline, as roots of its arena.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import type { EventsBefore } from './timeline.ts'

/** The root of the state after the last event at or before `place`; the empty root before the first event. */
export async function rootAt(room: HotRoom, place: number, eventsBefore: EventsBefore): Promise<number> {
  if (place >= room.lastPosition) return room.root
  const inMemory =
    place > room.recentAfter ? room.recent.findLast((event) => (event.ord ?? Infinity) <= place) : undefined
  const event = inMemory ?? (await eventsBefore(room, Math.min(place, room.recentAfter) + 1, 1))[0]
  return event ? rootAfter(room, event) : room.arena.empty
}

/** The root of the state after an event. */
export async function rootAfter(room: HotRoom, event: RoomEvent): Promise<number> {
  await room.loadRoots([event.snapshot])
  return room.rootOf(event.snapshot) ?? room.arena.empty
}
