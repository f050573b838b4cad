// The authorisation rules: whether a state of the room allows an event. Every room version from 1 to 12; what differs is
// asked of its rules, and each refusal carries the number of the rule on that version's page.
// https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
import { type AuthContext, type Rejection, type StateLookup, levelsOf, membershipOf, reject } from './auth-context.ts'
import { authorizeCreate } from './auth-create.ts'
import { authorizeAuthEvents } from './auth-events.ts'
import { authorizeMember } from './auth-member.ts'
import { authorizePowerLevels } from './auth-power-levels.ts'
import type { AuthEvent } from './event.ts'
import { member } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'
import { serverNameOf } from './user-id.ts'

export type { Rejection, StateLookup } from './auth-context.ts'
export { authTypes, authorizeAuthEvents } from './auth-events.ts'

/**
 * Judges an event by a state of its room: why it is refused, or undefined if it is allowed. What its `auth_events` cite is
 * judged by `authorizeAuthEvents`. In rooms whose id is the create event's hash, `state` must hold the create event all
 * the same.
 */
export const authorize = (event: AuthEvent, state: StateLookup, rules: RoomVersionRules): Rejection | undefined => {
  if (event.type === 'm.room.create') return authorizeCreate(event, rules)
  const create = state('m.room.create', '')
  const numbers = rules.authRules
  if (rules.roomIdIsCreateHash) {
    const isRoom = create !== undefined && create.rejected !== true && `!${create.eventId.slice(1)}` === event.roomId
    if (!isRoom) return reject(numbers.roomIsCreate, 'the room_id is not that of an accepted create event')
  }
  if (create === undefined) return reject(`${numbers.authEvents}.4`, 'the room has no create event')
  if (member(create.content, 'm.federate') === false && serverNameOf(event.sender) !== serverNameOf(create.sender)) {
    return reject(numbers.federate, 'the room does not federate')
  }
  const context: AuthContext = { event, state, rules, create }
  if (event.type === 'm.room.aliases' && rules.aliasesRule) return authorizeAliases(context)
  return event.type === 'm.room.member' ? authorizeMember(context) : authorizeOther(context)
}

/**
 * Judges an event by the events it cites: `authorizeAuthEvents`, then `authorize` by the state they make up. `create` is
 * the room's create event where `auth_events` does not cite it.
 */
export const authorizeByAuthEvents = (
  event: AuthEvent,
  cited: { readonly authEvents: readonly AuthEvent[]; readonly create?: AuthEvent | undefined },
  rules: RoomVersionRules,
): Rejection | undefined => {
  const refused = authorizeAuthEvents(event, cited.authEvents, rules)
  if (refused !== undefined) return refused
  const all = cited.create === undefined ? cited.authEvents : [cited.create, ...cited.authEvents]
  return authorize(event, (type, stateKey) => all.find((one) => one.type === type && one.stateKey === stateKey), rules)
}

/** `m.room.aliases` is governed by the server of the aliases, until room version 5. */
const authorizeAliases = ({ event, rules }: AuthContext): Rejection | undefined => {
  const rule = rules.authRules.aliases
  if (event.stateKey === undefined) return reject(`${rule}.1`, 'an aliases event has a state_key')
  return serverNameOf(event.sender) === event.stateKey
    ? undefined
    : reject(`${rule}.2`, "the aliases are not of the sender's server")
}

/** What is neither create, aliases nor member, in the order of the rules. */
const authorizeOther = (context: AuthContext): Rejection | undefined => {
  const { event, rules } = context
  const numbers = rules.authRules
  if (membershipOf(context, event.sender) !== 'join')
    return reject(numbers.senderJoined, 'the sender is not in the room')
  const levels = levelsOf(context)
  const power = levels.of(event.sender)
  if (event.type === 'm.room.third_party_invite') {
    return power >= levels.invite
      ? undefined
      : reject(`${numbers.thirdPartyInvite}.1`, 'the sender lacks the power to invite')
  }
  if (levels.required(event.type, event.stateKey !== undefined) > power) {
    return reject(numbers.requiredLevel, `the sender lacks the power to send ${event.type}`)
  }
  if (event.stateKey?.startsWith('@') === true && event.stateKey !== event.sender) {
    return reject(numbers.stateKey, 'the state_key is another user')
  }
  if (event.type === 'm.room.power_levels') return authorizePowerLevels(context)
  return event.type === 'm.room.redaction' && rules.redactionRule ? authorizeRedaction(context) : undefined
}

/** Redactions until room version 2: by power, or of an event of the same server. */
const authorizeRedaction = (context: AuthContext): Rejection | undefined => {
  const { event, rules } = context
  const levels = levelsOf(context)
  if (levels.of(event.sender) >= levels.redact) return undefined
  const isOwnServer = event.redacts !== undefined && serverNameOf(event.redacts) === serverNameOf(event.eventId)
  return isOwnServer ? undefined : reject(`${rules.authRules.redaction}.3`, 'the sender lacks the power to redact')
}

/** What decides whether a redaction that was let into the room takes effect. */
export interface RedactionQuestion {
  /** Sender of the redaction. */
  readonly sender: string
  /** Sender of the event redacted. */
  readonly originalSender: string
  readonly levels: { of(userId: string): number; readonly redact: number }
}

/**
 * Whether a redaction applies from room version 3, when both events are valid: the sender has the redact level, or "the
 * domain of the redaction event's sender matches that of the original event's sender".
 * https://spec.matrix.org/v1.19/rooms/v3/#handling-redactions
 */
export const mayRedact = ({ sender, originalSender, levels }: RedactionQuestion): boolean =>
  levels.of(sender) >= levels.redact || serverNameOf(sender) === serverNameOf(originalSender)
