// Which events of a room a reader may see, by the history visibility and their membership at each event.
// https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility
import { historyVisibilityOf, type VisibilityMoment, visibilityTo } from '@myelin/algorithms/history-visibility'
import type { Reading } from './access.ts'
import type { HotRoom, Membership } from './hot-room.ts'
import { membershipIn } from './member-event.ts'
import type { RoomEvent } from './room-event.ts'

/** What one reader makes of the events it was made for. */
export interface Viewpoint {
  sees(event: RoomEvent): boolean
  /** The reader's membership at the event. */
  membershipAt(event: RoomEvent): Membership
}

/** Loads what judging these events takes. For somebody joined to a room without past restrictions that is nothing. */
export async function viewpoint(reading: Reading, events: readonly RoomEvent[]): Promise<Viewpoint> {
  const { room, actor } = reading
  const simpleSince = await simpleSinceOrd(reading)
  const old = events.filter((event) => event.ord === undefined || event.ord < simpleSince)
  await room.loadRoots(old.map((event) => event.snapshot))
  const states = await statesOf(room, old, actor.userId)
  const joinedUntil = reading.membership === 'join' ? Infinity : (reading.joinedUntil ?? reading.until ?? -Infinity)
  return {
    sees: (event) => {
      const state = states.get(event.snapshot)
      if (!state) return true
      // A message is not part of the state: what stands before and after it is the same.
      const before = event.isState ? state.before : state.after
      const joinedSince = (event.ord ?? Infinity) <= joinedUntil
      return visibilityTo({ userId: actor.userId, event, before, after: state.after, joinedSince }) !== 'hidden'
    },
    membershipAt: (event) => (states.get(event.snapshot)?.after.membership ?? 'join') as Membership,
  }
}

/** From this `ord` on a joined reader sees everything as joined: their current membership event. */
async function simpleSinceOrd({ room, membership, actor }: Reading): Promise<number> {
  if (membership !== 'join') return Infinity
  await room.loadState([['m.room.member', actor.userId]])
  return room.state('m.room.member', actor.userId)?.ord ?? Infinity
}

interface StatePair {
  readonly before: VisibilityMoment
  readonly after: VisibilityMoment
}

/** Visibility and the user's membership before and after each event, by snapshot. */
async function statesOf(
  room: HotRoom,
  events: readonly RoomEvent[],
  userId: string,
): Promise<ReadonlyMap<number, StatePair>> {
  const nidsAt = (root: number) => [
    room.stateNidAt(root, 'm.room.history_visibility'),
    room.stateNidAt(root, 'm.room.member', userId),
  ]
  const snapshots = new Set(events.map((event) => event.snapshot))
  const roots = new Set(Array.from(snapshots, (each) => [room.rootOf(each) ?? room.root, room.rootBefore(each)]).flat())
  const wanted = new Set(Array.from(roots, nidsAt).flat())
  wanted.delete(0)
  const found = new Map((await room.events([...wanted])).map((event) => [event.nid, event]))
  const stateAt = (root: number): VisibilityMoment => {
    const [visibility = 0, member = 0] = nidsAt(root)
    return {
      visibility: historyVisibilityOf(found.get(visibility)?.content),
      membership: membershipIn(found.get(member)) ?? 'leave',
    }
  }
  const pair = (snapshot: number): StatePair => ({
    before: stateAt(room.rootBefore(snapshot)),
    after: stateAt(room.rootOf(snapshot) ?? room.root),
  })
  return new Map(Array.from(snapshots, (snapshot) => [snapshot, pair(snapshot)]))
}
