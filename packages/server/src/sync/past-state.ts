// States of a room at places in its timeline, as roots of its arena.
import type { HotRoom } from '../rooms/hot-room.ts'
import { eventFlag, type RoomEvent } from '../rooms/room-event.ts'
import type { EventsBefore } from './timeline.ts'

/**
 * The root of the state after the last event at or before `place`. Where the room's history begins here with a state that
 * is not made of the timeline, because this server joined it then: the state before the next event.
 */
export async function rootAt(room: HotRoom, place: number, eventsBefore: EventsBefore): Promise<number> {
  if (place >= room.lastPosition) return room.root
  const event = await lastEventAt(room, place, eventsBefore)
  if (event && !isAside(event)) return rootAfter(room, event)
  const next = room.recent.find((each) => (each.ord ?? 0) > place)
  return next ? rootBefore(room, next) : room.arena.empty
}

/** A user's membership in the state after the last event at or before `place`; undefined where that is not known. */
export async function membershipAt(
  room: HotRoom,
  { place, userId }: { readonly place: number; readonly userId: string },
  eventsBefore: EventsBefore,
): Promise<string | undefined> {
  const event = await lastEventAt(room, place, eventsBefore)
  if (!event || isAside(event)) return undefined
  const nid = room.stateNidAt(await rootAfter(room, event), 'm.room.member', userId)
  const [member] = nid === 0 ? [] : await room.events([nid])
  return member ? String(member.content['membership']) : 'leave'
}

async function lastEventAt(room: HotRoom, place: number, eventsBefore: EventsBefore): Promise<RoomEvent | undefined> {
  const inMemory =
    place > room.recentAfter ? room.recent.findLast((event) => (event.ord ?? Infinity) <= place) : undefined
  return inMemory ?? (await eventsBefore(room, Math.min(place, room.recentAfter) + 1, 1))[0]
}

/** It tells of a room that this server was not in, such as an invite: what came before it is not known here. */
export const isAside = (event: RoomEvent): boolean => (event.flags & eventFlag.outlier) !== 0

async function rootBefore(room: HotRoom, event: RoomEvent): Promise<number> {
  if (!event.isState) return rootAfter(room, event)
  await room.loadRoots([event.snapshot])
  return room.rootBefore(event.snapshot)
}

/** The root of the state after an event. */
export async function rootAfter(room: HotRoom, event: RoomEvent): Promise<number> {
  await room.loadRoots([event.snapshot])
  return room.rootOf(event.snapshot) ?? room.arena.empty
}
