// Brings a cold room into memory, and later what a hot room does not hold: old events and old states.
import { roomVersion } from '@myelin/algorithms/room-version'
import { recentEventsMax } from '../limits.ts'
import { eventsByNids, eventsInRoom } from '../store/events.ts'
import { membersOfRoom } from '../store/members.ts'
import { isLivePlace } from '../store/places.ts'
import { lateMembers } from '../store/joins.ts'
import { deltasOf, totalsOfRoom } from '../store/room-loading.ts'
import { roomByNid, type RoomRow } from '../store/rooms.ts'
import { slotsOfRoom } from '../store/slots.ts'
import { loadState } from '../store/state.ts'
import type { Reader, Store } from '../store/store.ts'
import { HotRoom, loadedStateTypes, type Membership, type RoomSource } from './hot-room.ts'
import { memberHost } from './member-host.ts'
import { eventOfRow, loadedEvents, previousIds } from './stored-event.ts'

/** Where the rooms of this store load from. */
export const roomSource = (store: Store): RoomSource => ({
  events: async (room, nids) => loadedEvents(room, await eventsByNids(store.read, nids)),
  roots: (room, snapshots) => loadRoots(store.read, room, snapshots),
})

/** Loads a room; undefined when there is none. `serverName` tells local members from others. */
export async function loadRoom(store: Store, serverName: string, roomNid: number): Promise<HotRoom | undefined> {
  const row = await roomByNid(store.read, roomNid)
  const rules = row && roomVersion(row.version)
  if (!rules) return undefined
  const room = new HotRoom({ nid: row.nid, roomId: row.roomId, rules, source: roomSource(store) })
  room.isPublic = row.isPublic !== 0
  const late = await lateMembers(store.read, roomNid)
  if (late?.completed === undefined) room.partial = late
  room.completedAt = late?.completed ?? 0
  for (const { slot, type, stateKey } of await slotsOfRoom(store.read, roomNid)) room.addSlot(slot, type, stateKey)
  await loadCurrentState(store.read, room, row)
  await loadTimeline(store.read, room, row)
  for (const { userNid, userId, membership } of await membersOfRoom(store.read, roomNid))
    room.setMembership(userNid, membership as Membership, memberHost(userId, serverName))
  await room.loadState(Array.from(loadedStateTypes, (type) => [type, ''] as const))
  return room
}

async function loadCurrentState(read: Reader, room: HotRoom, { snapshot }: RoomRow): Promise<void> {
  room.changesSinceCheckpoint = await loadChain(read, room, snapshot)
  room.snapshot = snapshot
  room.root = room.rootOf(snapshot) ?? room.arena.empty
}

async function loadTimeline(read: Reader, room: HotRoom, row: RoomRow): Promise<void> {
  const newest = await eventsInRoom(read, room.nid, { dir: 'b', after: 0, limit: recentEventsMax })
  const rows = newest.filter(({ ord }) => isLivePlace(ord ?? 0))
  for (const event of rows.toReversed()) room.addRecent(eventOfRow(room, event))
  room.recentAfter = newest.length < recentEventsMax ? 0 : Math.ceil(newest.at(-1)?.ord ?? 1) - 1
  // What is here already will not come again: that needs no look.
  const here = new Set(rows.map(({ eventId }) => eventId))
  room.noteFollowed(rows.flatMap(({ json }) => previousIds(json)).filter((eventId) => !here.has(eventId)))
  const heads = row.heads === null ? rows.slice(0, 1) : await eventsByNids(read, JSON.parse(row.heads) as number[])
  room.headsStored = row.heads !== null
  room.heads = heads.map(({ nid, eventId, depth }) => ({ nid, eventId, depth }))
  room.totals.set(0, await totalsOfRoom(read, room.nid))
}

/** Makes a state and those between it and its checkpoint known; returns how many lie between. */
async function loadChain(read: Reader, room: HotRoom, snapshot: number): Promise<number> {
  const { checkpoint, vector, changes } = await loadState(read, snapshot)
  let root = room.rootOf(checkpoint) ?? room.arena.fromVector(vector)
  if (room.rootOf(checkpoint) === undefined) room.addCheckpoint(checkpoint, root)
  for (const change of changes) {
    root = room.arena.set(root, change.slot, change.eventNid)
    room.addRoot(change.snapshot, root, change.parent)
  }
  return changes.length
}

async function loadRoots(read: Reader, room: HotRoom, snapshots: readonly number[]): Promise<void> {
  const whole = new Set(snapshots)
  // Newest first: the way back from the newest passes the older ones.
  for (const { snapshot, parent, slot, eventNid } of await deltasOf(read, snapshots)) {
    if (room.rootOf(parent) === undefined) await loadChain(read, room, parent)
    room.addRoot(snapshot, room.arena.set(room.rootOf(parent) ?? room.arena.empty, slot, eventNid), parent)
    whole.delete(snapshot)
  }
  // What is left was stored whole and not made from another state.
  for (const snapshot of whole) {
    if (room.rootOf(snapshot) === undefined) await loadChain(read, room, snapshot)
    room.addRoot(snapshot, room.rootOf(snapshot) ?? room.arena.empty, snapshot)
  }
}
