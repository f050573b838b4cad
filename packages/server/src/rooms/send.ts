// Sending message and state events.
import { canonicalJson, CanonicalJsonError } from '@myelin/algorithms/canonical-json'
import type { JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { useJoinedRoom, useRoom } from './access.ts'
import { checkAliases } from './aliases.ts'
import { append } from './append.ts'
import { type Actor, isLocal, type RoomsContext } from './context.ts'
import { removeGuests, requireGuestAccess } from './guests.ts'
import type { HotRoom } from './hot-room.ts'
import { checkInvite } from './invite.ts'
import { membershipOf } from './member-event.ts'
import { redact } from './redact.ts'
import { remoteInvite } from './remote-invite.ts'

export interface SendOptions {
  readonly by: Actor
  readonly type: string
  readonly content: JsonObject
  /** The client's transaction id: the same id sent twice by a device yields the same event. */
  readonly transactionId?: string | undefined
  /** `origin_server_ts` set by an application service. */
  readonly ts?: number | undefined
}

/**
 * Sends a message event; resolves with its id.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
 */
export async function send(context: RoomsContext, roomId: string, options: SendOptions): Promise<string> {
  const { by, type, content, transactionId, ts } = options
  if (type === 'm.room.redaction') return sendRedaction(context, roomId, options)
  const key = `${roomId}/send/${type}`
  return context.transactions.once({ by, transactionId, key }, (transaction) =>
    useJoinedRoom(context, roomId, {
      actor: by,
      use: async (room) => (await append(context, room, { by, type, content, transaction, ts })).eventId,
    }),
  )
}

async function sendRedaction(context: RoomsContext, roomId: string, options: SendOptions): Promise<string> {
  const { redacts, reason } = options.content
  if (typeof redacts !== 'string') throw new MatrixError('M_BAD_JSON', 'A redaction names an event in redacts')
  const { by, transactionId } = options
  return redact(context, roomId, {
    by,
    transactionId,
    eventId: redacts,
    reason: typeof reason === 'string' ? reason : undefined,
  })
}

export interface SendStateOptions extends Omit<SendOptions, 'transactionId'> {
  readonly stateKey: string
}

/**
 * Sends a state event; resolves with its id. State that is set already is not set again.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidstateeventtypestatekey
 */
export function sendState(context: RoomsContext, roomId: string, options: SendStateOptions): Promise<string> {
  const { by, type, stateKey, content, ts } = options
  const use = async (room: HotRoom) => {
    await checkState(context, room, options)
    const same = await sameState(context, room, options)
    const isInvite = type === 'm.room.member' && content['membership'] === 'invite'
    if (same !== undefined) return same
    if (isInvite && !isLocal(context, stateKey)) return remoteInvite(context, room, { by, target: stateKey, content })
    const { eventId } = await append(context, room, { by, type, stateKey, content, ts })
    if (type === 'm.room.guest_access') await removeGuests(context, room)
    return eventId
  }
  // One's own membership is what those who are not in the room may change.
  const isOwnMembership = type === 'm.room.member' && stateKey === by.userId
  return isOwnMembership ? useRoom(context, roomId, use) : useJoinedRoom(context, roomId, { actor: by, use })
}

/** What the authorisation rules leave to the server. */
async function checkState(context: RoomsContext, room: HotRoom, options: SendStateOptions): Promise<void> {
  const { by, type, stateKey, content } = options
  if (type === 'm.room.create') throw new MatrixError('M_FORBIDDEN', 'A room is created once')
  if (type === 'm.room.canonical_alias') await checkAliases(context, room, content)
  const isInvite = type === 'm.room.member' && content['membership'] === 'invite'
  if (type === 'm.room.member' && content['membership'] === 'join') requireGuestAccess(room, by)
  if (isInvite && (await membershipOf(room, stateKey)) !== 'invite') await checkInvite(context, stateKey, by)
}

/** The id of the current state event if the same user set the same content, and that is known to last. */
async function sameState(context: RoomsContext, room: HotRoom, options: SendStateOptions): Promise<string | undefined> {
  const { by, type, stateKey, content } = options
  await room.loadState([[type, stateKey]])
  const current = room.state(type, stateKey)
  if (current?.sender !== by.userId || (current.ord ?? Infinity) > context.store.durablePosition) return undefined
  const text = canonical(content)
  return text !== undefined && text === canonical(current.content) ? current.eventId : undefined
}

/** Canonical text to compare by; undefined for content that no event can have. */
function canonical(content: JsonObject): string | undefined {
  try {
    return canonicalJson(content)
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined
    throw error
  }
}
