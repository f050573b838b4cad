// Which servers must have signed an event before it is accepted.
// https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
import type { Pdu } from './event.ts'
import { objectMember, stringMember } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'
import { serverNameOf } from './user-id.ts'

/** Whether a membership event is an invite made good by a third-party invite, which the inviter's server need not sign. */
export const isThirdPartyInvite = (pdu: Pdu): boolean =>
  pdu.type === 'm.room.member' &&
  pdu.content['membership'] === 'invite' &&
  objectMember(pdu.content, 'third_party_invite') !== undefined

/**
 * Servers whose signatures are required: the sender's ("unless the event is a 3rd party invite"), in room versions 1 and 2
 * that of the event id, and for restricted joins that of the user who authorised it.
 */
export const requiredSigners = (pdu: Pdu, rules: RoomVersionRules): readonly string[] => {
  const servers: string[] = []
  const add = (serverName: string) => void (servers.includes(serverName) || servers.push(serverName))
  if (!isThirdPartyInvite(pdu)) add(serverNameOf(pdu.sender))
  if (rules.eventIdServerSigns && pdu.event_id !== undefined) add(serverNameOf(pdu.event_id))
  const authoriser = authorisingUser(pdu, rules)
  if (authoriser !== undefined) add(serverNameOf(authoriser))
  return servers
}

/** The user whose server authorised a restricted join, in room versions that have them. */
export const authorisingUser = (pdu: Pdu, rules: RoomVersionRules): string | undefined =>
  rules.restrictedJoins && pdu.type === 'm.room.member'
    ? stringMember(pdu.content, 'join_authorised_via_users_server')
    : undefined
