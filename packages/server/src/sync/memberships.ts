// What became of the user's memberships between `since` and now: which rooms belong into which part of an answer.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { UserRoom } from '../store/user-rooms.ts'

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

/** Walks back through the user's membership events until one that the client has, each naming the one it replaced. */
export async function membershipPath(
  room: HotRoom,
  row: Pick<UserRoom, 'eventNid' | 'membership' | 'position'>,
  userId: string,
  since: number,
): Promise<MembershipPath> {
  let nid = row.eventNid
  let sinceOrd = row.position
  let everJoined = row.membership === 'join'
  let interrupted = false
  for (let step = 0; step < stepsMax && nid !== 0; step++) {
    const [event] = await room.events([nid])
    if (!event) break
    const membership = String(event.content['membership'])
    const ord = event.ord ?? 0
    everJoined ||= membership === 'join'
    if (membership !== row.membership) interrupted = true
    else if (!interrupted) sinceOrd = ord
    if (ord <= since) return { before: membership, interrupted, everJoined: everJoined, sinceOrd }
    nid = event.replacesNid ?? (await replacedBy(room, event.snapshot, userId))
  }
  return { before: undefined, interrupted: true, everJoined, sinceOrd }
}

async function replacedBy(room: HotRoom, snapshot: number, userId: string): Promise<number> {
  await room.loadRoots([snapshot])
  return room.stateNidAt(room.rootBefore(snapshot), 'm.room.member', userId)
}
