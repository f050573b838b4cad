// Which events of a room a reader may see, by the history visibility and their membership at each event.
// https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility
import { type Reading } from './access.ts'
import { contentText } from './context.ts'
import type { HotRoom, Membership } from './hot-room.ts'
import { membershipIn } from './member-event.ts'
import type { RoomEvent } from './room-event.ts'

/** What one reader makes of the events it was made for. */
export interface Viewpoint {
  sees(event: RoomEvent): boolean
  /** The reader's membership at the event. */
  membershipAt(event: RoomEvent): Membership
}

interface StateAt {
  readonly visibility: string
  readonly membership: Membership
}

/** Loads what judging these events takes. For somebody joined to a room without past restrictions that is nothing. */
export async function viewpoint(reading: Reading, events: readonly RoomEvent[]): Promise<Viewpoint> {
  const { room, actor } = reading
  const simpleSince = await simpleSinceOrd(reading)
  const old = events.filter((event) => event.ord === undefined || event.ord < simpleSince)
  await room.loadRoots(old.map((event) => event.snapshot))
  const states = await statesOf(room, old, actor.userId)
  const joinedUntil = reading.membership === 'join' ? Infinity : (reading.until ?? -Infinity)
  const current: StateAt = { visibility: 'shared', membership: 'join' }
  return {
    sees: (event) => {
      const state = states.get(event.snapshot)
      if (!state) return true
      const at = event.stateKey === undefined ? [state.after] : statesAround(event, state, actor.userId)
      return at.some((each) => isVisible(each, (event.ord ?? Infinity) <= joinedUntil))
    },
    membershipAt: (event) => (states.get(event.snapshot)?.after ?? current).membership,
  }
}

/**
 * "1. If the history_visibility was set to world_readable, allow. 2. If the user's membership was join, allow. 3. If
 * history_visibility was set to shared, and the user joined the room at any point after the event was sent, allow.
 * 4. If the user's membership was invite, and the history_visibility was set to invited, allow. 5. Otherwise, deny."
 */
export function isVisible(at: StateAt, joinedLater: boolean): boolean {
  if (at.visibility === 'world_readable' || at.membership === 'join') return true
  if (at.visibility === 'shared') return joinedLater
  return at.visibility === 'invited' && at.membership === 'invite'
}

/**
 * "For m.room.history_visibility events themselves, the user should be allowed to see the event if the
 * history_visibility before or after the event would allow them to see it. … Likewise, for the user's own
 * m.room.member events".
 */
function statesAround(event: RoomEvent, { before, after }: StatePair, userId: string): readonly StateAt[] {
  const both =
    (event.type === 'm.room.history_visibility' && event.stateKey === '') ||
    (event.type === 'm.room.member' && event.stateKey === userId)
  return both ? [before, after] : [after]
}

/** From this `ord` on a joined reader sees everything as joined: their current membership event. */
async function simpleSinceOrd({ room, membership, actor }: Reading): Promise<number> {
  if (membership !== 'join') return Infinity
  await room.loadState([['m.room.member', actor.userId]])
  return room.state('m.room.member', actor.userId)?.ord ?? Infinity
}

interface StatePair {
  readonly before: StateAt
  readonly after: StateAt
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
  const stateAt = (root: number): StateAt => {
    const [visibility = 0, member = 0] = nidsAt(root)
    return {
      visibility: contentText(found.get(visibility)?.content, 'history_visibility') ?? 'shared',
      membership: membershipIn(found.get(member)) ?? 'leave',
    }
  }
  const pair = (snapshot: number): StatePair => ({
    before: stateAt(room.rootBefore(snapshot)),
    after: stateAt(room.rootOf(snapshot) ?? room.root),
  })
  return new Map(Array.from(snapshots, (snapshot) => [snapshot, pair(snapshot)]))
}
