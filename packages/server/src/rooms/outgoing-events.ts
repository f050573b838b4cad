// Which events this server sends to which others: what its users say, and what came into a room through it.
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { Outgoing } from '../federation/outgoing.ts'
import { eventsByNids } from '../store/events.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { serversIn } from './partial-state.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { isAdmitted, isVisible } from './server-access.ts'
import { eventOfRow } from './stored-event.ts'

/** The events among the entries that go to other servers. Reads nothing for rooms that no other server is in. */
export async function outgoingEvents(context: RoomsContext, entries: readonly Journaled[]): Promise<Outgoing[]> {
  const outgoing: Outgoing[] = []
  for (const { kind, room: roomNid, ref, position } of entries) {
    if (kind !== journalKind.event || ref === 0) continue
    const room = await context.hotRooms.get(roomNid)
    const mayConcernOthers = room.partial || room.hosts.size > Number(room.hosts.has(context.serverName))
    const event =
      mayConcernOthers || mayBeAboutOthers(context, room, ref) ? await eventOf(context, room, ref) : undefined
    const destinations = event ? await destinationsOf(context, room, event) : []
    if (destinations.length > 0) outgoing.push({ kind: 'pdu', position, destinations, eventNid: ref })
    const entering = event && enteringServer(event)
    if (entering === undefined || room.heads.length < 2) continue
    for (const eventNid of await saidMeanwhile(context, room, { entering, position }))
      outgoing.push({ kind: 'pdu', position, destinations: [entering], eventNid })
  }
  return outgoing
}

/** Events in federation format by nid. */
export async function outgoingPdus(
  context: RoomsContext,
  eventNids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await eventsByNids(context.store.read, eventNids)
  return new Map(rows.map(({ nid, json }) => [nid, json]))
}

/** Membership events of users of other servers, such as a kick of the last of them. */
function mayBeAboutOthers(context: RoomsContext, room: HotRoom, nid: number): boolean {
  const event = room.event(nid)
  return event === undefined || (event.type === 'm.room.member' && !event.stateKey?.endsWith(`:${context.serverName}`))
}

async function eventOf(context: RoomsContext, room: HotRoom, nid: number): Promise<RoomEvent | undefined> {
  const held = room.event(nid)
  if (held) return held
  const [row] = await eventsByNids(context.store.read, [nid])
  return row && eventOfRow(room, row)
}

/** Other servers in the room that may see the event, and the server of the user whom a membership event is about. */
async function destinationsOf(context: RoomsContext, room: HotRoom, event: RoomEvent): Promise<string[]> {
  const sender = serverNameOf(event.sender)
  const isOurs = sender === context.serverName
  const isHandedOver = (event.flags & eventFlag.outlier) !== 0
  if (isHandedOver || (!isOurs && (event.flags & eventFlag.relayed) === 0)) return []
  const servers = new Set(serversIn(room))
  // An invite has been handed to the invited user's server already.
  const isInvite = event.content['membership'] === 'invite'
  if (event.type === 'm.room.member' && event.stateKey && !isInvite) servers.add(serverNameOf(event.stateKey))
  servers.delete(context.serverName)
  servers.delete(sender)
  return seeing(room, event, [...servers])
}

/** These are in the room now, and may have come since the event. Who was in it is not known while members are to come. */
async function seeing(room: HotRoom, event: RoomEvent, servers: readonly string[]): Promise<string[]> {
  const isAmongWhole = !room.partial && (event.ord ?? 0) > room.completedAt
  if (event.isState || event.snapshot === room.snapshot || !isAmongWhole) return [...servers]
  const visible: string[] = []
  for (const server of servers) if (await isVisible(room, server, event)) visible.push(server)
  return visible
}

/** The server that an event of another one's user brings into the room through this one, if it does. */
const enteringServer = (event: RoomEvent): string | undefined =>
  (event.flags & eventFlag.relayed) !== 0 && event.type === 'm.room.member' && event.content['membership'] === 'join'
    ? serverNameOf(event.sender)
    : undefined

interface EnteringServer {
  readonly entering: string
  /** Of its join. */
  readonly position: number
}

/**
 * What came into the room while a server was joining, and the join does not follow: it was sent to those who were there. Only
 * the last of it, from which the server finds the rest, and nothing once that is followed by what the server was sent.
 */
async function saidMeanwhile(
  context: RoomsContext,
  room: HotRoom,
  { entering, position }: EnteringServer,
): Promise<number[]> {
  if (!room.hosts.has(entering) || !isAdmitted(room, entering)) return []
  const said: number[] = []
  for (const { nid } of room.heads) {
    const event = await eventOf(context, room, nid)
    const isEarlier = event?.ord !== undefined && event.ord < position && serverNameOf(event.sender) !== entering
    if (isEarlier && (await isVisible(room, entering, event))) said.push(nid)
  }
  return said
}
