// History visibility: who may see an event, by the state of the room at that event.
// https://spec.matrix.org/v1.19/client-server-api/#server-behaviour-5
import { type JsonObject, stringMember } from './json.ts'

/** The visibilities of https://spec.matrix.org/v1.19/client-server-api/#mroomhistory_visibility */
export type HistoryVisibility = 'world_readable' | 'shared' | 'invited' | 'joined'

/** The visibility a room has: "if no history_visibility is set, or if the value is not understood, … `shared`". */
export const historyVisibilityOf = (content: JsonObject | undefined): HistoryVisibility => {
  const value = content === undefined ? undefined : stringMember(content, 'history_visibility')
  return value === 'world_readable' || value === 'invited' || value === 'joined' ? value : 'shared'
}

/** A moment in a room's state, as it concerns a user. */
export interface VisibilityMoment {
  readonly visibility: HistoryVisibility
  /** The user's membership; `leave` for who never was there. */
  readonly membership: string
}

/** Who asks to see which event, and what the state says at it. */
export interface VisibilityQuestion {
  readonly userId: string
  readonly event: { readonly type: string; readonly stateKey?: string | undefined }
  /** The state before the event and after it; they differ at most by the event itself. */
  readonly before: VisibilityMoment
  readonly after: VisibilityMoment
  /** The user joined the room at some point after the event. */
  readonly joinedSince: boolean
  /** The event's sender deactivated their account and asked for their messages to be erased. */
  readonly senderErased?: boolean | undefined
}

/** `hidden`: not at all. `redacted`: only what a redaction would leave. `whole`: as it is. */
export type Visible = 'hidden' | 'redacted' | 'whole'

/** How much of an event a user may see. Erased events stay whole for those who were in the room. */
export const visibilityTo = (question: VisibilityQuestion): Visible => {
  if (!isVisible(question)) return 'hidden'
  const wasThere = question.before.membership === 'join' || question.after.membership === 'join'
  return question.senderErased === true && !wasThere ? 'redacted' : 'whole'
}

const isVisible = ({ userId, event, before, after, joinedSince }: VisibilityQuestion): boolean => {
  // "the user should be allowed to see the event if the history_visibility before or after the event would allow them"
  const visibilities =
    event.type === 'm.room.history_visibility' ? [before.visibility, after.visibility] : [after.visibility]
  // "… if their membership before or after the event would allow them to see it"
  const isOwn = event.type === 'm.room.member' && event.stateKey === userId
  const memberships = isOwn ? [before.membership, after.membership] : [after.membership]
  return visibilities.some((visibility) =>
    memberships.some((membership) => allows({ visibility, membership }, joinedSince)),
  )
}

/** The five rules, in their order. */
const allows = ({ visibility, membership }: VisibilityMoment, joinedSince: boolean): boolean => {
  if (visibility === 'world_readable') return true
  if (membership === 'join') return true
  if (visibility === 'shared' && joinedSince) return true
  return visibility === 'invited' && membership === 'invite'
}

/** What a room's state says about a server's users at an event. */
export interface ServerMoment {
  readonly visibility: HistoryVisibility
  readonly hasJoined: boolean
  readonly hasInvited: boolean
  /** The event's sender asked for their messages to be erased. */
  readonly senderErased?: boolean | undefined
}

/**
 * Whether another server that is in the room may be given an event: from the start where history is shared, else if one of
 * its users could see it.
 */
export const isVisibleToServer = ({ visibility, hasJoined, hasInvited }: ServerMoment): boolean =>
  visibility === 'world_readable' || visibility === 'shared' || hasJoined || (visibility === 'invited' && hasInvited)

/** How much of an event another server may be given. Erased events stay whole for servers whose users were in the room. */
export const visibilityToServer = (moment: ServerMoment): Visible => {
  if (!isVisibleToServer(moment)) return 'hidden'
  return moment.senderErased === true && !moment.hasJoined ? 'redacted' : 'whole'
}
