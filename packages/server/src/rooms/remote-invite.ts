// Inviting a user of another server: their server signs the invite before it becomes part of the room.
// https://spec.matrix.org/v1.19/server-server-api/#inviting-to-a-room
import type { JsonObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import { sendInviteV1 } from '@myelin/protocol/server-server/invites-v1'
import { sendInviteV2 } from '@myelin/protocol/server-server/invites-v2'
import { JsonText } from '@myelin/protocol/handlers'
import { FederationError } from '../federation/federation-error.ts'
import { authKeys, type Draft, type SignedEvent } from './build.ts'
import type { Actor, RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { buildRecommended } from './policy-server.ts'
import { federationOf, readAnswer } from './read-incoming.ts'
import { recover } from './recover.ts'
import { describedBy } from './stripped-state.ts'

export interface RemoteInvite {
  readonly by: Actor
  readonly target: string
  /** Content of the member event. */
  readonly content: JsonObject
}

/** Invites; resolves when the invite is part of the room. Throws M_FORBIDDEN and what the other server answers. */
export async function remoteInvite(context: RoomsContext, room: HotRoom, invite: RemoteInvite): Promise<string> {
  const { by, target, content } = invite
  const draft: Draft = { by, type: 'm.room.member', stateKey: target, content }
  await room.loadState(authKeys(draft, room.rules))
  const built = await buildRecommended(context, room, draft)
  const described = await describedBy(room, by.userId)
  const event = await signedThere(context, room, { built, target, described })
  const incoming = await readAnswer(context, { server: serverNameOf(target), value: event }, room.rules)
  if (incoming.eventId !== built.eventId)
    throw new MatrixError('M_UNKNOWN', 'The other server answered with another event', { status: 502 })
  const { durable } = await recover(context, room, { incoming, origin: serverNameOf(target), mode: 'resident' })
  await durable
  return built.eventId
}

interface Asking {
  readonly built: SignedEvent
  readonly target: string
  readonly described: readonly string[]
}

async function signedThere(
  context: RoomsContext,
  room: HotRoom,
  { built, target, described }: Asking,
): Promise<unknown> {
  const path = { roomId: room.roomId, eventId: built.eventId }
  const version = JSON.stringify(room.rules.id)
  const text = `{"event":${built.json},"invite_room_state":[${described.join(',')}],"room_version":${version}}`
  const input = { path, body: new JsonText(text) }
  const { peers } = federationOf(context)
  try {
    return (await peers.call(serverNameOf(target), sendInviteV2, input)).event
  } catch (error) {
    // "Senders which receive a 400 or 404 response to this endpoint should retry using the v1 API […] if the room version is
    // "1" or "2"."
    const status = error instanceof FederationError ? error.refusal?.status : undefined
    if ((status !== 400 && status !== 404) || room.rules.eventReferences === 'ids') throw error
    const first = `${built.json.slice(0, -1)},"unsigned":{"invite_room_state":[${described.join(',')}]}}`
    return (await peers.call(serverNameOf(target), sendInviteV1, { path, body: new JsonText(first) }))[1].event
  }
}
