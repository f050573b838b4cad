// Leaving rooms that this server is not in: declining invites and taking back knocks, through a server that is.
// https://spec.matrix.org/v1.19/server-server-api/#leaving-rooms-rejecting-invites
import type { JsonObject } from '@myelin/algorithms/json'
import { JsonText } from '@myelin/protocol/handlers'
import { makeLeave } from '@myelin/protocol/server-server/leaving-v1'
import { sendLeaveV2 } from '@myelin/protocol/server-server/leaving-v2'
import { FederationError } from '../federation/federation-error.ts'
import { type SignedEvent, signTemplate } from './build.ts'
import type { Actor, RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { placeAside } from './place-aside.ts'
import { federationOf, parseIncoming } from './read-incoming.ts'
import { inOrder } from './receive.ts'
import { completeTemplate, tryServers } from './remote-handshake.ts'
import { describingServers } from './resident-servers.ts'
import { eventFlag } from './room-event.ts'
import { roomNid } from './room-ids.ts'

export interface RemoteLeave {
  readonly by: Actor
  /** Keys of the member event besides the membership. */
  readonly content: JsonObject
}

/** Leaves the room. Where no server can be asked, the user is rid of the invite all the same. */
export async function remoteLeave(context: RoomsContext, room: HotRoom, { by, content }: RemoteLeave): Promise<void> {
  const { userId } = by
  const servers = await describingServers(context, room, by)
  const { roomId } = room
  const leaveThrough = async (server: string) => {
    const { peers } = federationOf(context)
    const template = await peers.call(server, makeLeave, { path: { roomId, userId } })
    const { event } = completeTemplate(context, { roomId, userId, membership: 'leave', content }, template)
    await peers.call(server, sendLeaveV2, { path: { roomId, eventId: event.eventId }, body: new JsonText(event.json) })
    return event
  }
  const event = await tryServers(servers, leaveThrough).catch((error: unknown) => {
    if (!(error instanceof FederationError) && servers.length > 0) throw error
    return unheardLeave(context, room, { userId, content })
  })
  await leaveAside(context, room, event)
}

const leaveAside = (context: RoomsContext, room: HotRoom, { pdu }: SignedEvent) =>
  inOrder(context, room, () => placeAside(context, room, { received: parseIncoming(pdu, room.rules) }))

interface Leaver {
  readonly userId: string
  readonly content: JsonObject
}

/** A leave that only the user's own clients see. */
const unheardLeave = (context: RoomsContext, room: HotRoom, { userId, content }: Leaver) =>
  signTemplate(context, room.rules, {
    ...{ type: 'm.room.member', sender: userId, state_key: userId, room_id: room.roomId },
    content: { ...content, membership: 'leave' },
    origin_server_ts: context.environment.now(),
    ...{ depth: 1, prev_events: [], auth_events: [] },
  })

/** Rids the user of an invite or knock that the room's real state, once it came, did not allow. */
export async function leaveIfRejected(context: RoomsContext, roomId: string, { userId }: Actor): Promise<void> {
  const nid = await roomNid(context, roomId)
  if (nid === undefined) return
  await context.hotRooms.use(nid, async (room) => {
    await room.loadState([['m.room.member', userId]])
    const { flags = 0 } = room.state('m.room.member', userId) ?? {}
    const isRejected = (flags & (eventFlag.rejected | eventFlag.unjudged)) === eventFlag.rejected
    if (room.localJoined.size > 0 || !isRejected) return
    await leaveAside(context, room, unheardLeave(context, room, { userId, content: {} }))
  })
}
