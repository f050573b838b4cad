// Joining a room through servers that are in it: the join is signed here, taken in there, and the state they give is
// checked event by event as it arrives. https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
import type { JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText } from '@myelin/protocol/handlers'
import { makeJoin } from '@myelin/protocol/server-server/joins-v1'
import { sendJoinV2 } from '@myelin/protocol/server-server/joins-v2'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import { enterRoom } from './enter-room.ts'
import type { HotRoom } from './hot-room.ts'
import { EventImport } from './import-events.ts'
import { knownRoom } from './place-aside.ts'
import { federationOf, readIncoming } from './read-incoming.ts'
import { inOrder } from './receive.ts'
import { type CompletedEvent, completeTemplate, joinableVersions, tryServers } from './remote-handshake.ts'
import { readStateAnswer } from './remote-join-answer.ts'

export interface RemoteJoin {
  readonly by: Actor
  readonly roomId: string
  /** Servers to try, in this order. */
  readonly servers: readonly string[]
  /** Keys of the member event besides the membership. */
  readonly content: JsonObject
}

/** Joins; resolves when the user is in the room. Throws what the last server answered. */
export function remoteJoin(context: RoomsContext, joining: RemoteJoin): Promise<void> {
  return tryServers(joining.servers, async (server) => {
    const { peers } = federationOf(context)
    const { roomId, by, content } = joining
    const path = { roomId, userId: by.userId }
    const template = await peers.call(server, makeJoin, { path, query: { ver: [...joinableVersions] } })
    const completing = { roomId, userId: by.userId, membership: 'join', content } as const
    await joinThrough(context, roomId, { server, completed: completeTemplate(context, completing, template) })
  })
}

interface Through {
  readonly server: string
  readonly completed: CompletedEvent
}

async function joinThrough(context: RoomsContext, roomId: string, { server, completed }: Through): Promise<void> {
  const { rules, event } = completed
  const input = {
    path: { roomId, eventId: event.eventId },
    query: { omit_members: false },
    body: new JsonText(event.json),
  }
  const known = await knownRoom(context, { roomId, rules })
  await context.hotRooms.use(known.nid, (room) =>
    inOrder(context, room, async () => {
      const importing = new EventImport(context, room)
      const answer = await readStateAnswer(context, importing, { server, definition: sendJoinV2, input })
      const root = room.arena.setAll(room.arena.empty, importing.stateEntries())
      await requireCreate(room, root)
      const received = await readIncoming(context, answer.event ?? event.pdu, rules)
      if (received.eventId !== event.eventId)
        throw new MatrixError('M_UNKNOWN', 'The other server gave another event than the join', { status: 502 })
      await enterRoom(context, room, { received, root })
    }),
  )
}

/** "If the `room_version` in the create event is not the one of make_join, the join fails." */
async function requireCreate(room: HotRoom, root: number): Promise<void> {
  const [create] = await room.events([room.stateNidAt(root, 'm.room.create')])
  if (create === undefined || (contentText(create.content, 'room_version') ?? '1') !== room.rules.id)
    throw new MatrixError('M_UNKNOWN', 'The other server gave the state of another room', { status: 502 })
}
