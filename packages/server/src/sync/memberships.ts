// What became of the user's memberships between `since` and now: which rooms belong into which part of an answer.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { UserRoom } from '../store/user-rooms.ts'
import { membershipAt } from './past-state.ts'
import type { EventsBefore } from './timeline.ts'

/** The user's way in a room since a position. */
export interface MembershipPath {
  /** Membership at `since`; undefined when there was none. */
  readonly before: string | undefined
  /** The user was out of the room at some time after `since`, or came to it. */
  readonly interrupted: boolean
  /** The user was joined at some time, before or after `since`. */
  readonly everJoined: boolean
  /** Place of the event since which the membership has been what it is, as far as looked back. */
  readonly sinceOrd: number
}

/** Membership events looked back through. Beyond them the user counts as having been away. */
const stepsMax = 100

export interface PathRequest {
  readonly row: Pick<UserRoom, 'eventNid' | 'membership' | 'position'>
  readonly userId: string
  readonly since: number
  readonly eventsBefore: EventsBefore
}

/**
 * Walks back through the user's membership events until one that the client has, each naming the one it replaced. Where
 * the room's state moved to a membership without an event in the timeline, the state at `since` tells what was before.
 */
export async function membershipPath(room: HotRoom, request: PathRequest): Promise<MembershipPath> {
  const { row, userId, since, eventsBefore } = request
  let nid = row.eventNid
  let sinceOrd = row.position
  let everJoined = row.membership === 'join'
  let interrupted = false
  if (nid === 0) {
    const before = await membershipAt(room, { place: since, userId }, eventsBefore)
    return { before, interrupted: true, everJoined: before === 'join', sinceOrd }
  }
  for (let step = 0; step < stepsMax && nid !== 0; step++) {
    const [event] = await room.events([nid])
    if (!event) break
    const membership = String(event.content['membership'])
    everJoined ||= membership === 'join'
    const { ord } = event
    const isMoved = ord === undefined || (step === 0 && ord !== row.position && row.position > since)
    if (isMoved && (ord ?? 0) <= since) {
      const before = await membershipAt(room, { place: since, userId }, eventsBefore)
      const wasJoined = everJoined || before === 'join'
      return { before, interrupted: interrupted || before !== row.membership, everJoined: wasJoined, sinceOrd }
    }
    if (membership !== row.membership) interrupted = true
    else if (!interrupted) sinceOrd = ord ?? sinceOrd
    if ((ord ?? 0) <= since) return { before: membership, interrupted, everJoined, sinceOrd }
    nid = event.replacesNid ?? (await replacedBy(room, event.snapshot, userId))
  }
  return { before: undefined, interrupted: true, everJoined, sinceOrd }
}

async function replacedBy(room: HotRoom, snapshot: number, userId: string): Promise<number> {
  await room.loadRoots([snapshot])
  return room.stateNidAt(room.rootBefore(snapshot), 'm.room.member', userId)
}
