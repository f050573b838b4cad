// The one way to a membership event: its content with the profile of local members, unless nothing would change.
import type { JsonObject } from '@myelin/algorithms/json'
import { append } from './append.ts'
import { type Actor, contentText, isLocal, type RoomsContext } from './context.ts'
import type { HotRoom, Membership } from './hot-room.ts'
import type { RoomEvent } from './room-event.ts'

export interface MemberChange {
  readonly by: Actor
  readonly target: string
  readonly membership: Membership
  readonly reason?: string | undefined
  /** Further keys of the content. */
  readonly content?: JsonObject
}

/** Appends the membership event of `target`; resolves when it is durable. */
export async function changeMembership(context: RoomsContext, room: HotRoom, change: MemberChange): Promise<RoomEvent> {
  const { by, target, membership, reason } = change
  const profile = showsProfile(membership) && isLocal(context, target) ? await context.hooks.profile(target) : {}
  const content = {
    ...change.content,
    membership,
    ...(profile.displayname === undefined ? {} : { displayname: profile.displayname }),
    ...(profile.avatar_url === undefined ? {} : { avatar_url: profile.avatar_url }),
    ...(reason === undefined ? {} : { reason }),
  }
  return append(context, room, { by, type: 'm.room.member', stateKey: target, content })
}

/** Profile and reason of a member event of a local user. */
export async function profileContent(
  context: RoomsContext,
  userId: string,
  reason: string | undefined,
): Promise<JsonObject> {
  const profile = await context.hooks.profile(userId)
  return {
    ...(profile.displayname === undefined ? {} : { displayname: profile.displayname }),
    ...(profile.avatar_url === undefined ? {} : { avatar_url: profile.avatar_url }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** One at a time per member, for verbs that look at a membership before they change it. */
export const oneAtATime = <T>(
  context: RoomsContext,
  room: HotRoom,
  { userId, work }: { readonly userId: string; readonly work: () => Promise<T> },
): Promise<T> => context.mutex.run(`member ${room.nid} ${userId}`, work)

const showsProfile = (membership: Membership) =>
  membership === 'join' || membership === 'invite' || membership === 'knock'

/** The current membership of a user, whether this server knows the user otherwise or not. */
export async function membershipOf(room: HotRoom, userId: string): Promise<Membership | undefined> {
  await room.loadState([['m.room.member', userId]])
  return membershipIn(room.state('m.room.member', userId))
}

/** The membership a member event sets. */
export const membershipIn = (event: RoomEvent | undefined): Membership | undefined =>
  contentText(event?.content, 'membership') as Membership | undefined
