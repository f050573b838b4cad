// Policy servers: a room may name a server without whose signature an event is not recommended.
// https://spec.matrix.org/v1.19/server-server-api/#policy-servers
import type { Rejection } from '@myelin/algorithms/auth'
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import type { Pdu } from '@myelin/algorithms/event'
import { isEventSizeAllowed } from '@myelin/algorithms/event-limits'
import {
  isExemptFromPolicy,
  isSignedByPolicyServer,
  type PolicyServer,
  policyServerKeyId,
  policyServerOf,
} from '@myelin/algorithms/policy-server'
import { signatureOf, withSignature } from '@myelin/algorithms/signatures'
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText } from '@myelin/protocol/handlers'
import { askPolicyServerToSign } from '@myelin/protocol/server-server/room_policy'
import { FederationError } from '../federation/federation-error.ts'
import { policyServerTimeoutMs } from '../federation-limits.ts'
import type { IncomingEvent } from './admit-write.ts'
import { buildNext, type Draft, type SignedEvent } from './build.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { federationOf } from './read-incoming.ts'

/** The policy server of a room: named by its state, and with a user in the room. */
export function policyServerIn(room: HotRoom): PolicyServer | undefined {
  const server = policyServerOf(room.state('m.room.policy')?.content)
  return server && room.hosts.has(server.via) ? server : undefined
}

/** Whether this server is the policy server of the room, under the key that it signs with. */
export function isOwnPolicyServer({ serverName, ownPolicyServer }: RoomsContext, room: HotRoom): boolean {
  const server = policyServerIn(room)
  return server?.via === serverName && Buffer.compare(server.publicKey, ownPolicyServer?.publicKey ?? noKey) === 0
}

const noKey = new Uint8Array()

/** Whether another server has to be asked to sign such an event. */
export function needsPolicy(
  { serverName }: RoomsContext,
  room: HotRoom,
  event: { readonly type: string; readonly stateKey?: string | undefined },
): boolean {
  const server = policyServerIn(room)
  return server !== undefined && server.via !== serverName && !isExemptFromPolicy(event)
}

/** Whether it has to sign an event and has not. */
export function lacksPolicy(room: HotRoom, { pdu }: { readonly pdu: Pdu }): boolean {
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
export async function askPolicyServer<Event extends PolicyEvent>(
  context: RoomsContext,
  room: HotRoom,
  event: Event,
): Promise<Event> {
  const server = policyServerIn(room)
  if (!server) return event
  if (server.via === context.serverName) return recommendedHere(context, room, event)
  const options = { timeoutMs: policyServerTimeoutMs }
  const input = { body: new JsonText(event.json) }
  const given = await federationOf(context)
    .peers.call(server.via, askPolicyServerToSign, input, options)
    .catch((error: unknown) => {
      context.policyAnswers.countError(error)
      throw error
    })
  const signature = signatureOf({ signatures: given }, server.via, policyServerKeyId)
  context.policyAnswers.count(signature === undefined ? 'refused' : 'signed')
  if (signature === undefined) return event
  return withPolicySignature(room, event, { via: server.via, signature })
}

interface PolicyEvent {
  readonly pdu: Pdu
  readonly json: string
}

function withPolicySignature<Event extends PolicyEvent>(
  { rules }: HotRoom,
  event: Event,
  { via, signature }: { readonly via: string; readonly signature: string },
): Event {
  const pdu = withSignature(event.pdu, { entity: via, keyId: policyServerKeyId }, signature)
  const json = canonicalJson(pdu, rules.canonicalJson)
  return isEventSizeAllowed(json) ? { ...event, pdu, json } : event
}

/** The same where the room's policy server is this one. Throws M_FORBIDDEN for what is not wanted. */
function recommendedHere<Event extends PolicyEvent>(context: RoomsContext, room: HotRoom, event: Event): Event {
  const { ownPolicyServer, serverName: via } = context
  if (!ownPolicyServer || !isOwnPolicyServer(context, room)) throw notRecommended()
  return withPolicySignature(room, event, { via, signature: ownPolicyServer.recommend(room, event.pdu) })
}

const notRecommended = () =>
  new MatrixError('M_FORBIDDEN', 'The policy server of the room does not recommend the event')

/** Builds the next event, signed where this server is itself the policy server. Throws M_FORBIDDEN. */
export function buildSigned(context: RoomsContext, room: HotRoom, draft: Draft): SignedEvent {
  const built = buildNext(context, room, draft)
  const isOwn = policyServerIn(room)?.via === context.serverName
  return isOwn && !isExemptFromPolicy(draft) ? recommendedHere(context, room, built) : built
}

/** Builds the next event with the signature it needs. Throws what the policy server answers, and M_FORBIDDEN. */
export async function buildRecommended(context: RoomsContext, room: HotRoom, draft: Draft): Promise<SignedEvent> {
  const built = buildNext(context, room, draft)
  if (!lacksPolicy(room, built)) return built
  const signed = await askPolicyServer(context, room, built).catch(asRefused)
  if (!lacksPolicy(room, signed)) return signed
  throw notRecommended()
}

/**
 * "If the Policy Server returned an error, that error SHOULD be provided to the client verbatim." Not one, though, that a
 * client would take for a word about its token.
 */
function asRefused(error: unknown): never {
  const refusal = error instanceof FederationError ? error.refusal : undefined
  if (!refusal || refusal.status === 401) throw error
  const { status, fields, headers } = refusal
  const after = headers['retry-after']
  throw new MatrixError(refusal.errcode, refusal.message, {
    ...{ status, fields, cause: error },
    headers: after === undefined ? {} : { 'retry-after': after },
  })
}
