// A user of this server is invited by another server: the event is checked, signed and shown to the user.
// https://spec.matrix.org/v1.19/server-server-api/#inviting-to-a-room
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { roomIdOf } from '@myelin/algorithms/event'
import { isObject } from '@myelin/algorithms/json'
import { type RoomVersionRules, roomVersion } from '@myelin/algorithms/room-version'
import { addEventSignature, signatureOf } from '@myelin/algorithms/signatures'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { IncomingEvent } from './admit-write.ts'
import { isLocal, type RoomsContext } from './context.ts'
import { checkedDescription, requireCreateIn } from './described-state.ts'
import { descriptionText, knownRoom, placeAside } from './place-aside.ts'
import { federationOf, readIncoming } from './read-incoming.ts'
import { inOrder } from './receive.ts'
import type { ServerRoom } from './server-access.ts'

export interface InviteSent extends ServerRoom {
  readonly eventId: string
  readonly value: unknown
  readonly version: string
  /** Events that describe the room. */
  readonly described: readonly unknown[]
}

/** Takes the invite in; resolves with the event signed by this server too, as JSON text. */
export async function receiveInvite(context: RoomsContext, sent: InviteSent): Promise<string> {
  const rules = joinableVersion(sent.version)
  const received = await readIncoming(context, sent.value, rules)
  const { pdu } = received
  const target = pdu.state_key ?? ''
  const isExpected =
    received.eventId === sent.eventId &&
    roomIdOf(pdu, received.eventId) === sent.roomId &&
    pdu.type === 'm.room.member' &&
    pdu.content['membership'] === 'invite' &&
    serverNameOf(pdu.sender) === sent.origin
  if (!isExpected) throw new MatrixError('M_INVALID_PARAM', 'This is not the invite it is said to be')
  if (!isLocal(context, target)) throw new MatrixError('M_INVALID_PARAM', 'The invited user is not of this server')
  await context.hooks.checkInvite(target, pdu.sender)
  const { roomId } = sent
  const described = await checkedDescription(context, { roomId, rules, described: sent.described })
  requireCreateIn(described, rules)
  const signed = signedHere(context, received, rules)
  const room = await knownRoom(context, { roomId: sent.roomId, rules })
  await context.hotRooms.use(room.nid, (hot) => {
    const { origin } = sent
    // Who invites does not wait for a join of somebody else.
    if (hot.longWorks > 0) {
      const staging = { origin, incoming: signed, isVerified: true, described: descriptionText(described) }
      return context.stagedEvents.stage(hot, staging)
    }
    return inOrder(context, hot, async () => {
      // A server in the room gets the event with the others.
      if (hot.localJoined.size === 0) await placeAside(context, hot, { received: signed, described })
    })
  })
  return signed.json
}

/** Whether it is an invite that this server has signed: one that came in and waited for a join of the room. */
export async function isAcceptedInvite(context: RoomsContext, { pdu, signedText }: IncomingEvent): Promise<boolean> {
  const { serverName, signingKey } = context
  const signature = signatureOf(pdu, serverName, signingKey.keyId)
  const isInvite = pdu.type === 'm.room.member' && pdu.content['membership'] === 'invite'
  if (!isInvite || !isLocal(context, pdu.state_key ?? '') || signature === undefined) return false
  const { signatures } = federationOf(context)
  const [isValid] = await signatures.verify([{ text: signedText, signature, publicKey: signingKey.publicKey }])
  return isValid === true
}

/** The rules of a version in which this server takes part through others. Throws M_INCOMPATIBLE_ROOM_VERSION. */
export function joinableVersion(version: string): RoomVersionRules {
  const rules = roomVersion(version)
  if (rules) return rules
  throw new MatrixError('M_INCOMPATIBLE_ROOM_VERSION', `This server does not support rooms of version ${version}`, {
    fields: { room_version: version },
  })
}

function signedHere(context: RoomsContext, received: IncomingEvent, rules: RoomVersionRules): IncomingEvent {
  const { serverName, signingKey: key } = context
  const pdu = addEventSignature(received.pdu, rules, { serverName, key })
  if (!isObject(pdu)) return received
  return { ...received, pdu, json: canonicalJson(pdu, rules.canonicalJson) }
}
