// Joining a room through servers that are in it: the join is signed here, taken in there, and the state they give is
// checked event by event. https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
import type { JsonObject } from '@myelin/algorithms/json'
import { authorizeByAuthEvents } from '@myelin/algorithms/auth'
import { MatrixError } from '@myelin/protocol/errors'
import { makeJoin } from '@myelin/protocol/server-server/joins-v1'
import { sendJoinV2 } from '@myelin/protocol/server-server/joins-v2'
import { JsonText } from '@myelin/protocol/handlers'
import { joinResponseBytesMax, joinTimeoutMs } from '../limits.ts'
import { admit } from './admit.ts'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import { rootOfEvents } from './fetch-missing.ts'
import type { HotRoom } from './hot-room.ts'
import { createOf, importEvents } from './import-events.ts'
import { knownRoom } from './place-aside.ts'
import { federationOf, readIncoming } from './read-incoming.ts'
import { eventsOfRoom, inOrder } from './receive.ts'
import { type CompletedEvent, completeTemplate, joinableVersions, tryServers } from './remote-handshake.ts'

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
  const options = { timeoutMs: joinTimeoutMs, responseBytesMax: joinResponseBytesMax }
  const answer = await federationOf(context).peers.call(server, sendJoinV2, input, options)
  const known = await knownRoom(context, { roomId, rules })
  await context.hotRooms.use(known.nid, (room) =>
    inOrder(context, room, async () => {
      const imported = await importEvents(context, room, [...answer.auth_chain, ...answer.state])
      const state = imported.slice(answer.auth_chain.length)
      requireVersion(room, state.find((each) => each?.type === 'm.room.create')?.content)
      await enter(context, room, {
        value: answer.event ?? event.pdu,
        eventId: event.eventId,
        root: rootOfEvents(room, state),
      })
    }),
  )
}

/** "If the `room_version` in the create event is not the one of make_join, the join fails." */
function requireVersion({ rules }: HotRoom, create: JsonObject | undefined): void {
  if (create === undefined || (contentText(create, 'room_version') ?? '1') !== rules.id)
    throw new MatrixError('M_UNKNOWN', 'The other server gave the state of another room', { status: 502 })
}

interface Entering {
  readonly value: unknown
  readonly eventId: string
  /** Root of the state before the join. */
  readonly root: number
}

async function enter(context: RoomsContext, room: HotRoom, { value, eventId, root }: Entering): Promise<void> {
  const received = await readIncoming(context, value, room.rules)
  if (received.eventId !== eventId)
    throw new MatrixError('M_UNKNOWN', 'The other server gave another event than the join', { status: 502 })
  const cited = await eventsOfRoom(
    context,
    room,
    received.pdu.auth_events.filter((each) => typeof each === 'string'),
  )
  const authEvents = cited.map(({ authEvent }) => authEvent)
  const createId = room.stateNidAt(root, 'm.room.create')
  const created = new Map((await room.events([createId])).map((event) => [event.eventId, event]))
  const byAuthEvents = authorizeByAuthEvents(
    received.authEvent,
    { authEvents, create: createOf(room, created) },
    room.rules,
  )
  const near = { root: room.root, snapshot: room.snapshot }
  const before = async () => ({ root, near })
  const authNids = cited.map(({ nid }) => nid)
  await admit(context, room, { received, authNids, mode: 'joining', byAuthEvents, before })
}
