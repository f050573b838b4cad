// What other servers may have of a room: only servers with users in it, those its access list admits, and of its events
// those that their users could see. A server that is out of it may have what led up to that.
import { historyVisibilityOf, isVisibleToServer } from '@myelin/algorithms/history-visibility'
import { serverAcl } from '@myelin/algorithms/server-acl'
import { MatrixError } from '@myelin/protocol/errors'
import { missingEventsMax } from '../federation-limits.ts'
import { eventsByIds } from '../store/events.ts'
import { isLivePlace } from '../store/places.ts'
import type { RoomsContext } from './context.ts'
import { rootBeforeEvent } from './dag-state.ts'
import { erasedToServer } from './erased-users.ts'
import type { HotRoom } from './hot-room.ts'
import { redactedText } from './redaction.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { roomNid } from './room-ids.ts'
import { standingOf } from './server-standing.ts'
import { eventBefore, loadedEvents } from './stored-event.ts'

/** A room as another server asks about it. */
export interface ServerRoom {
  readonly roomId: string
  /** The server that asks. */
  readonly origin: string
}

/** Whether the room's `m.room.server_acl` admits a server. */
export const isAdmitted = (room: HotRoom, serverName: string): boolean =>
  serverAcl(room.state('m.room.server_acl')?.content)(serverName)

/** Throws M_FORBIDDEN if the room's access list bars the server. Rooms that are unknown here bar nobody. */
export async function requireAdmitted(context: RoomsContext, { roomId, origin }: ServerRoom): Promise<void> {
  const nid = await roomNid(context, roomId)
  if (nid === undefined) return
  if (!isAdmitted(await context.hotRooms.get(nid), origin))
    throw new MatrixError('M_FORBIDDEN', 'Server is banned from room')
}

/** Runs a verb with a room that this server takes part in. Throws M_NOT_FOUND for others. */
export const useResidentRoom = <T>(
  context: RoomsContext,
  roomId: string,
  verb: (room: HotRoom) => Promise<T>,
): Promise<T> =>
  useKnownRoom(context, roomId, async (room) => {
    if (room.localJoined.size === 0) throw notHere()
    return verb(room)
  })

/**
 * Runs a verb with a room that this server takes part in or has left, for a server that has users in it as far as is known
 * here. What was said here before the leave may not have been heard everywhere, and nobody else can tell of it. Throws
 * M_NOT_FOUND for other rooms, M_FORBIDDEN for other servers.
 */
export const useSharedRoom = <T>(
  context: RoomsContext,
  { roomId, origin }: ServerRoom,
  verb: (room: HotRoom) => Promise<T>,
): Promise<T> =>
  useToldRoom(context, roomId, async (room) => {
    if (!isIn(room, origin)) throw outside()
    return verb(room)
  })

export interface EventsAsked extends ServerRoom {
  /** Ids of the events that the question is about. */
  readonly eventIds: readonly string[]
}

/**
 * The same with the events that are asked about, for a server that is in the room, and with those of them before which it
 * was in it for any other: what leads up to its own ban it may lack, and without that it could never take the ban in.
 */
export const useSharedEvents = <T>(
  context: RoomsContext,
  { roomId, origin, eventIds }: EventsAsked,
  verb: (room: HotRoom, events: readonly RoomEvent[]) => Promise<T>,
): Promise<T> =>
  useToldRoom(context, roomId, async (room) => {
    if (isIn(room, origin)) return verb(room, await knownEvents(context, room, eventIds))
    const events: RoomEvent[] = []
    for (const event of await knownEvents(context, room, eventIds.slice(0, missingEventsMax)))
      if (await wasIn(context, room, { origin, event })) events.push(event)
    if (events.length === 0) throw outside()
    return verb(room, events)
  })

async function knownEvents(context: RoomsContext, room: HotRoom, eventIds: readonly string[]): Promise<RoomEvent[]> {
  const held = eventIds.flatMap((eventId) => room.eventById(eventId) ?? [])
  const others = eventIds.filter((eventId) => room.eventById(eventId) === undefined)
  const rows = others.length === 0 ? [] : await eventsByIds(context.store.read, others)
  return [
    ...held,
    ...loadedEvents(
      room,
      rows.filter(({ roomNid: nid }) => nid === room.nid),
    ),
  ]
}

/** Whether a server may be told of the room in general. */
const isIn = (room: HotRoom, origin: string): boolean =>
  room.hosts.has(origin) || (room.partial?.servers.includes(origin) ?? false)

/** Whether a server may be told of an event: it is in the room, or was in it before the event. */
export const mayAskAbout = async (
  context: RoomsContext,
  room: HotRoom,
  asked: { readonly origin: string; readonly event: RoomEvent },
): Promise<boolean> => room.hosts.has(asked.origin) || (await wasIn(context, room, asked))

/**
 * Whether a server was in the room in the state before an event, or as far as was known here when that came. A refused event
 * says nothing: it may follow whatever the server that made it likes to know about.
 */
async function wasIn(
  context: RoomsContext,
  room: HotRoom,
  { origin, event }: { readonly origin: string; readonly event: RoomEvent },
): Promise<boolean> {
  if (room.partial || (event.flags & notAccepted) !== 0) return false
  const hasJoined = async (root: number) => (await standingOf(room, origin, root)).joined > 0
  return (
    (await hasJoined(await rootBeforeEvent(context, room, event))) ||
    (await hasJoined(await rootWhenItCame(context, room, event)))
  )
}

/** What the room's state was until the event came: by a fork that it does not follow, a server may have been in it. */
async function rootWhenItCame(context: RoomsContext, room: HotRoom, { ord }: RoomEvent): Promise<number> {
  const isLive = ord !== undefined && isLivePlace(ord)
  const previous = isLive ? await eventBefore(context, room, ord - 1) : undefined
  if (!previous) return room.arena.empty
  await room.loadRoots([previous.snapshot])
  return room.rootOf(previous.snapshot) ?? room.arena.empty
}

const notAccepted = eventFlag.outlier | eventFlag.rejected | eventFlag.softFailed | eventFlag.unjudged

/** Runs a verb with a room of which this server may have heard what others have not. */
const useToldRoom = <T>(context: RoomsContext, roomId: string, verb: (room: HotRoom) => Promise<T>): Promise<T> =>
  useKnownRoom(context, roomId, async (room) => {
    if (room.localJoined.size === 0 && !hasHistory(room)) throw notHere()
    return verb(room)
  })

const outside = () => new MatrixError('M_FORBIDDEN', 'Your server is not in the room')

/** Of a room that was only described to this one, in an invite, nothing is told: its state has no place in the history. */
const hasHistory = ({ recent }: HotRoom): boolean => recent.some(({ flags }) => (flags & eventFlag.outlier) === 0)

const notHere = () => new MatrixError('M_NOT_FOUND', 'This server is not in the room')

async function useKnownRoom<T>(context: RoomsContext, roomId: string, verb: (room: HotRoom) => Promise<T>): Promise<T> {
  const nid = await roomNid(context, roomId)
  if (nid === undefined) throw notHere()
  return context.hotRooms.use(nid, verb)
}

/** The texts of events as a server may have them: those hidden from its users come redacted. */
export async function textsFor(
  context: RoomsContext,
  room: HotRoom,
  { origin, events }: { readonly origin: string; readonly events: readonly RoomEvent[] },
): Promise<string[]> {
  const erased = await erasedToServer(context, room, { origin, events })
  const texts: string[] = []
  for (const event of events) {
    const isWhole = !erased.has(event) && (await isVisible(room, origin, event))
    texts.push(isWhole ? event.json : redactedText(room, event.json))
  }
  return texts
}

/** State is served to everybody in the room: without it nothing can be authorised. */
export async function isVisible(room: HotRoom, origin: string, event: RoomEvent): Promise<boolean> {
  if (event.isState) return true
  await room.loadRoots([event.snapshot])
  const root = room.rootOf(event.snapshot) ?? room.root
  const nid = room.stateNidAt(root, 'm.room.history_visibility')
  const [setting] = nid === 0 ? [] : await room.events([nid])
  const visibility = historyVisibilityOf(setting?.content)
  if (visibility === 'shared' || visibility === 'world_readable') return true
  const { joined, invited } = await standingOf(room, origin, root)
  return isVisibleToServer({ visibility, hasJoined: joined > 0, hasInvited: invited > 0 })
}
