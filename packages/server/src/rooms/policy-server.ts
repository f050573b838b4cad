// Policy servers: a room may name a server without whose signature an event is not recommended.
// https://spec.matrix.org/v1.19/server-server-api/#policy-servers
import type { Rejection } from '@myelin/algorithms/auth'
import type { JsonObject } from '@myelin/algorithms/json'
import { objectMember } from '@myelin/algorithms/json'
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import {
  isExemptFromPolicy,
  isSignedByPolicyServer,
  type PolicyServer,
  policyServerKeyId,
  policyServerOf,
} from '@myelin/algorithms/policy-server'
import { signatureOf, withSignature } from '@myelin/algorithms/signatures'
import { JsonText } from '@myelin/protocol/handlers'
import { askPolicyServerToSign } from '@myelin/protocol/server-server/room_policy'
import { policyServerTimeoutMs } from '../limits.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { federationOf } from './read-incoming.ts'

/** The policy server of a room: named by its state, and with a user in the room. */
export function policyServerIn(room: HotRoom): PolicyServer | undefined {
  const server = policyServerOf(room.state('m.room.policy')?.content)
  return server && room.hosts.has(server.via) ? server : undefined
}

/** Whether the room's policy server has to sign an event and has not. */
export function lacksPolicy(room: HotRoom, { pdu }: Pick<IncomingEvent, 'pdu'>): boolean {
  const server = policyServerIn(room)
  if (!server || isExemptFromPolicy({ type: pdu.type, stateKey: pdu.state_key })) return false
  return !isSignedByPolicyServer(pdu, room.rules, server)
}

/** "7. … is validated by the Policy Server, if the room is using a Policy Server, otherwise it is 'soft failed'." */
export const policyRefusal = (room: HotRoom, incoming: IncomingEvent): Rejection | undefined =>
  lacksPolicy(room, incoming)
    ? { rule: 'policy', reason: 'The policy server of the room does not recommend the event' }
    : undefined

/**
 * The event with the policy server's signature beside those it has. Throws what the policy server answers when it does not
 * want the event.
 * https://spec.matrix.org/v1.19/server-server-api/#asking-for-a-policy-server-signature-on-an-event
 */
export async function askPolicyServer<Event extends { readonly pdu: JsonObject; readonly json: string }>(
  context: RoomsContext,
  room: HotRoom,
  event: Event,
): Promise<Event> {
  const server = policyServerIn(room)
  if (!server) return event
  const options = { timeoutMs: policyServerTimeoutMs }
  const input = { body: new JsonText(event.json) }
  const given = await federationOf(context).peers.call(server.via, askPolicyServerToSign, input, options)
  const signature = signatureOf({ signatures: given }, server.via, policyServerKeyId)
  if (signature === undefined || objectMember(given, server.via) === undefined) return event
  const pdu = withSignature(event.pdu, { entity: server.via, keyId: policyServerKeyId }, signature)
  return { ...event, pdu, json: canonicalJson(pdu, room.rules.canonicalJson) }
}
