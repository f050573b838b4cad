// Which state an event is authorised by, and whether the events it cites are those.
// https://spec.matrix.org/v1.19/server-server-api/#auth-events-selection
import { type Rejection, reject } from './auth-context.ts'
import type { AuthEvent } from './event.ts'
import { objectMember, stringMember } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'

/** A key of the room state. */
export type StateKey = readonly [type: string, stateKey: string]

/** The fields of an event that decide which state authorises it. */
export type Authorisable = Pick<AuthEvent, 'type' | 'stateKey' | 'sender' | 'content'>

/** The state that authorises `event`, by key and without duplicates: what is present of it goes into `auth_events`. */
export const authTypes = (event: Authorisable, rules: RoomVersionRules): readonly StateKey[] => {
  if (event.type === 'm.room.create') return []
  const keys: StateKey[] = rules.roomIdIsCreateHash ? [] : [['m.room.create', '']]
  keys.push(['m.room.power_levels', ''], ['m.room.member', event.sender])
  if (event.type === 'm.room.member' && event.stateKey !== undefined) addMemberTypes(keys, event, rules)
  return keys
}

const addMemberTypes = (
  keys: StateKey[],
  { stateKey = '', sender, content }: Authorisable,
  rules: RoomVersionRules,
): void => {
  const membership = stringMember(content, 'membership')
  if (stateKey !== sender) keys.push(['m.room.member', stateKey])
  if (membership === 'join' || membership === 'invite' || (rules.knocking && membership === 'knock')) {
    keys.push(['m.room.join_rules', ''])
  }
  if (membership === 'invite') {
    const token = stringMember(objectMember(objectMember(content, 'third_party_invite') ?? {}, 'signed') ?? {}, 'token')
    if (token !== undefined) keys.push(['m.room.third_party_invite', token])
  }
  const authoriser =
    rules.restrictedJoins && membership === 'join'
      ? stringMember(content, 'join_authorised_via_users_server')
      : undefined
  if (authoriser !== undefined && authoriser !== sender && authoriser !== stateKey)
    keys.push(['m.room.member', authoriser])
}

/** "Considering the event's `auth_events`": whether they are the right ones, accepted and of this room. */
export const authorizeAuthEvents = (
  event: AuthEvent,
  authEvents: readonly AuthEvent[],
  rules: RoomVersionRules,
): Rejection | undefined => {
  if (event.type === 'm.room.create') return undefined
  const rule = rules.authRules.authEvents
  const expected = authTypes(event, rules)
  for (const [at, cited] of authEvents.entries()) {
    const { type, stateKey } = cited
    const isTwice = authEvents.findIndex((other) => other.type === type && other.stateKey === stateKey) < at
    if (isTwice) return reject(`${rule}.1`, `auth_events cites ${type} twice`)
    const isExpected = expected.some(([ofType, key]) => ofType === type && key === stateKey)
    if (!isExpected) return reject(`${rule}.2`, `auth_events cites ${type}, which does not authorise the event`)
    if (cited.rejected === true) return reject(`${rule}.3`, `auth_events cites the rejected event ${cited.eventId}`)
  }
  const needsCreate = !rules.roomIdIsCreateHash
  if (needsCreate && !authEvents.some(({ type }) => type === 'm.room.create'))
    return reject(`${rule}.4`, 'auth_events cites no create event')
  const isElsewhere = authEvents.some(({ roomId }) => roomId !== event.roomId)
  return isElsewhere ? reject(`${rule}.5`, 'auth_events cites an event of another room') : undefined
}
