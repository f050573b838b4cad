// Joining a room through servers that are in it: the join is signed here, taken in there, and the state they give is
// checked event by event as it arrives. A server that may leaves the members out: the room is in use at once, and they
// come behind. https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import { referencedIds } from '@myelin/algorithms/event'
import type { JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText } from '@myelin/protocol/handlers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { Pdu } from '@myelin/protocol/server-server/definitions/pdu'
import { makeJoin } from '@myelin/protocol/server-server/joins-v1'
import { sendJoinV2 } from '@myelin/protocol/server-server/joins-v2'
import { FederationError } from '../federation/federation-error.ts'
import { expectMembers, membersCame, noteJoinSent, removeJoinIntent, type SentJoin } from '../store/joins.ts'
import { forgetRemovals } from '../store/missed-removals.ts'
import { beginAuthDag } from './auth-graph.ts'
import { completeInBackground } from './complete-room.ts'
import type { Actor, RoomsContext } from './context.ts'
import { enterRoom } from './enter-room.ts'
import type { HotRoom } from './hot-room.ts'
import { EventImport } from './import-events.ts'
import type { JoinJob } from './join-jobs.ts'
import { stageMissedRemovals } from './missed-removals.ts'
import { withCitedMembers } from './partial-state.ts'
import { knownRoom } from './place-aside.ts'
import { federationOf, parseIncoming, readAnswer } from './read-incoming.ts'
import { joinableVersion } from './receive-invite.ts'
import { eventsOfRoom, inOrder, keepOthers } from './receive.ts'
import {
  type CompletedEvent,
  completeTemplate,
  joinableVersions,
  requireCreate,
  tryServers,
} from './remote-handshake.ts'
import { type JoinAnswer, readStateAnswer } from './state-answer.ts'
import { tellRemoval } from './tell-removal.ts'
import { keepHeads, unheardHeads } from './unheard-heads.ts'

export interface RemoteJoin {
  readonly by: Actor
  readonly roomId: string
  /** Servers to try, in this order. */
  readonly servers: readonly string[]
  /** Keys of the member event besides the membership. */
  readonly content: JsonObject
  readonly job: JoinJob
  /** A join that was sent and may have arrived, before the server stopped. */
  readonly sent: SentJoin | undefined
}

/** Joins; resolves when the user is in the room. Throws what speaks most against it of what the servers answered. */
export async function remoteJoin(context: RoomsContext, joining: RemoteJoin): Promise<void> {
  const { roomId, by, content, job, sent } = joining
  // What others send meanwhile waits until somebody has let this server in, or nobody does.
  using kept = new DisposableStack()
  if (sent && (await isSentAgain(context, { ...joining, kept }, sent))) return
  const attempt = async (server: string) => {
    const { peers } = federationOf(context)
    job.server = server
    job.phase = 'asking'
    await tellRemoval(context, { roomId, server, signal: job.signal })
    const path = { roomId, userId: by.userId }
    const input = { path, query: { ver: [...joinableVersions] } }
    const template = await peers.call(server, makeJoin, input, { signal: job.signal })
    const completing = { roomId, userId: by.userId, membership: 'join', content } as const
    const completed = completeTemplate(context, completing, template)
    await inRoom(context, roomId, { server, completed, job, kept })
  }
  return await tryServers(joining.servers, attempt, job.signal)
}

/** What others have said since follows that join, if it has arrived. False when it is refused. */
async function isSentAgain(
  context: RoomsContext,
  { roomId, job, kept }: RemoteJoin & Pick<Through, 'kept'>,
  sent: SentJoin,
): Promise<boolean> {
  try {
    const { server } = sent
    const rules = joinableVersion(sent.version)
    job.server = server
    await inRoom(context, roomId, {
      ...{ server, job, kept },
      completed: { rules, event: parseIncoming(parseJsonText(sent.json, Pdu), rules) },
    })
    return true
  } catch (error) {
    if (job.signal.aborted || !(error instanceof MatrixError)) throw error
    return false
  }
}

async function inRoom(context: RoomsContext, roomId: string, through: Through): Promise<void> {
  const room = await knownRoom(context, { roomId, rules: through.completed.rules })
  await context.hotRooms.use(room.nid, (hot) => {
    through.kept.use(keepOthers(context, hot))
    return inOrder(context, hot, () => joinThrough(context, hot, through))
  })
}

interface Through {
  readonly server: string
  readonly completed: Pick<CompletedEvent, 'rules'> & { readonly event: BuiltEvent }
  readonly job: JoinJob
  /** Gets what keeps the events of others from being taken in. */
  readonly kept: DisposableStack
}

async function joinThrough(context: RoomsContext, room: HotRoom, through: Through): Promise<void> {
  const { server, completed, job } = through
  const { event, rules } = completed
  const sent = { server, version: rules.id, json: event.json }
  await context.store.write((w) => noteJoinSent(w, intentOf(room, event), sent))
  await stageMissedRemovals(context, room)
  beginAuthDag(room)
  const importing = new EventImport(context, room, { progress: job.progress })
  const asking = {
    ...{ server, definition: sendJoinV2, job },
    input: {
      path: { roomId: room.roomId, eventId: event.eventId },
      query: { omit_members: true },
      body: new JsonText(event.json),
    },
  }
  const answer = await readStateAnswer(context, importing, asking)
  // A state without what this join is authorised by is not the room's.
  if (!importing.lacksKeys && referencedIds(event.pdu.auth_events).some((each) => importing.isUnjudged(each)))
    throw new FederationError('malformed', server, 'gave what authorises the join without what that cites')
  job.phase = 'entering'
  const root = room.arena.setAll(room.arena.empty, importing.stateEntries())
  await requireCreate(room, { root, server })
  const received = await readAnswer(context, { server, value: answer.event ?? event.pdu }, rules)
  if (received.eventId !== event.eventId)
    throw new FederationError('malformed', server, 'gave another event than the join')
  // Where a key is missing, the state is fetched again behind, and given some time for it.
  if (answer.areMembersOmitted || importing.lacksKeys)
    return enterWithoutMembers(context, room, { server, root, received, answer })
  const unheard = await unheardHeads(context, room, root)
  await enterRoom(context, room, {
    received,
    root,
    alongside: (w, { ord = 0 }) => {
      removeJoinIntent(w, intentOf(room, received))
      forgetRemovals(w, room.nid)
      // Members that an earlier stay had still to wait for are here now.
      if (room.partial) membersCame(w, room.nid, ord)
      room.partial = undefined
    },
  })
  if (unheard.length > 0) await keepHeads(context, room, unheard)
}

const intentOf = (room: HotRoom, { pdu }: { readonly pdu: { readonly sender: string } }) => ({
  roomId: room.roomId,
  userId: pdu.sender,
})

interface Omitted {
  readonly server: string
  readonly root: number
  readonly received: Awaited<ReturnType<typeof readAnswer>>
  readonly answer: JoinAnswer
}

async function enterWithoutMembers(
  context: RoomsContext,
  room: HotRoom,
  { server, root, received, answer }: Omitted,
): Promise<void> {
  const servers = [...new Set([server, ...answer.serversInRoom])].filter((name) => name !== context.serverName)
  // What a member was until now is among what the join cites.
  const before = room.partial
  room.partial = { joinNid: 0, servers }
  const { events: cited } = await eventsOfRoom(context, room, received.pdu.auth_events)
  try {
    await enterRoom(context, room, {
      received,
      root: withCitedMembers(room, root, cited),
      alongside: (w, { nid: joinNid }) => {
        room.partial = { joinNid, servers }
        expectMembers(w, { roomNid: room.nid, joinNid, servers })
        removeJoinIntent(w, intentOf(room, received))
        forgetRemovals(w, room.nid)
      },
    })
  } catch (error) {
    room.partial = before
    throw error
  }
  completeInBackground(context, room.nid)
}
