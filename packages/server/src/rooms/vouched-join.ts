// Joining a restricted room that this server is in, when nobody here may let the user in, or it cannot tell whether the
// user fulfils a condition: another server of the room vouches for the join.
// https://spec.matrix.org/v1.19/server-server-api/#restricted-rooms
import { serverNameOf } from '@myelin/algorithms/user-id'
import { JsonText } from '@myelin/protocol/handlers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { makeJoin } from '@myelin/protocol/server-server/joins-v1'
import { sendJoinV2 } from '@myelin/protocol/server-server/joins-v2'
import { Pdu } from '@myelin/protocol/server-server/definitions/pdu'
import { FederationError } from '../federation/federation-error.ts'
import { streamAnswer } from '../federation/streamed-answer.ts'
import { joinAnswerTimeoutMs, joinResponseBytesMax } from '../federation-limits.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { serversIn } from './partial-state.ts'
import { powerLevelsOf } from './power.ts'
import { federationOf, readAnswer } from './read-incoming.ts'
import { recover } from './recover.ts'
import { type Completing, completeTemplate, joinableVersions, tryServers } from './remote-handshake.ts'

/** Joins through other servers in the room; false when there are none. Throws what they answer. */
export async function vouchedJoin(
  context: RoomsContext,
  room: HotRoom,
  { userId, content }: Pick<Completing, 'userId' | 'content'>,
): Promise<boolean> {
  const servers = voucherServers(context, room)
  if (servers.length === 0) return false
  const { roomId, rules } = room
  const { peers } = federationOf(context)
  await tryServers(servers, async (server) => {
    const template = await peers.call(server, makeJoin, {
      path: { roomId, userId },
      query: { ver: [...joinableVersions] },
    })
    const { event } = completeTemplate(context, { roomId, userId, membership: 'join', content }, template)
    const path = { roomId, eventId: event.eventId }
    const input = { path, query: { omit_members: true }, body: new JsonText(event.json) }
    const value = await signedBy(context, server, input)
    const incoming = await readAnswer(context, { server, value }, rules)
    if (incoming.eventId !== event.eventId)
      throw new FederationError('malformed', server, 'gave another event than the join')
    await (
      await recover(context, room, { incoming, mode: 'live', origin: server })
    ).durable
  })
  return true
}

/** Servers of those who are named in the power levels first: they may invite. */
function voucherServers(context: RoomsContext, room: HotRoom): string[] {
  const levels = powerLevelsOf(room)
  const named = Object.keys(room.state('m.room.power_levels')?.content['users'] ?? {})
  const able = named.filter((userId) => levels.of(userId) >= levels.invite).map(serverNameOf)
  const present = serversIn(room)
  const servers = new Set([...able.filter((server) => present.has(server)), ...present])
  servers.delete(context.serverName)
  return [...servers]
}

type SendJoin = Parameters<typeof streamAnswer<typeof sendJoinV2>>[2]['input']

/** The join with the signature of the server that vouches for it; what else is in the answer is known here. */
async function signedBy(context: RoomsContext, server: string, input: SendJoin): Promise<unknown> {
  const stream = streamAnswer(federationOf(context).peers, server, {
    ...{ definition: sendJoinV2, input, lists: [], values: ['event'] },
    bytesMax: joinResponseBytesMax,
    answerTimeoutMs: joinAnswerTimeoutMs,
  })
  for await (const { text } of stream) return parseJsonText(text, Pdu)
  throw new FederationError('malformed', server, 'did not give the join')
}
