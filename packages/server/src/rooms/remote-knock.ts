// Knocking at rooms that this server is not in. https://spec.matrix.org/v1.19/server-server-api/#knocking-upon-a-room
import type { JsonObject } from '@myelin/algorithms/json'
import { JsonText } from '@myelin/protocol/handlers'
import { makeKnock, sendKnock } from '@myelin/protocol/server-server/knocks'
import type { Actor, RoomsContext } from './context.ts'
import { checkedDescription } from './described-state.ts'
import { knownRoom, placeAside } from './place-aside.ts'
import { federationOf, parseIncoming } from './read-incoming.ts'
import { inOrder } from './receive.ts'
import { completeTemplate, joinableVersions, tryServers } from './remote-handshake.ts'

export interface RemoteKnock {
  readonly by: Actor
  readonly roomId: string
  /** Servers to try, in this order. */
  readonly servers: readonly string[]
  /** Keys of the member event besides the membership. */
  readonly content: JsonObject
}

/** Knocks; resolves when the room has the knock. Throws what the last server answered. */
export function remoteKnock(context: RoomsContext, knocking: RemoteKnock): Promise<void> {
  const { roomId, by, content } = knocking
  return tryServers(knocking.servers, async (server) => {
    const { peers } = federationOf(context)
    const path = { roomId, userId: by.userId }
    const template = await peers.call(server, makeKnock, { path, query: { ver: [...joinableVersions] } })
    const completing = { roomId, userId: by.userId, membership: 'knock', content } as const
    const { rules, event } = completeTemplate(context, completing, template)
    const input = { path: { roomId, eventId: event.eventId }, body: new JsonText(event.json) }
    const answer = await peers.call(server, sendKnock, input)
    const described = await checkedDescription(context, { roomId, rules, described: answer.knock_room_state })
    const room = await knownRoom(context, { roomId, rules })
    const received = parseIncoming(event.pdu, rules)
    await context.hotRooms.use(room.nid, (hot) =>
      inOrder(context, hot, async () => {
        if (hot.localJoined.size === 0) await placeAside(context, hot, { received, described })
      }),
    )
  })
}
