// The moment this server comes into a room of others: the state they gave becomes the room's, and the join its first
// event here. Until then nobody sees anything of it.
import { authorizeByAuthEvents } from '@myelin/algorithms/auth'
import { referencedIds } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { importedEventsPerWrite } from '../federation-limits.ts'
import { insertEvent, placeEvent } from '../store/events.ts'
import { openGap } from '../store/history-gaps.ts'
import { setMember } from '../store/members.ts'
import { setRoomHeads, setRoomSnapshot } from '../store/rooms.ts'
import { journalKind, type Write } from '../store/store.ts'
import { judge } from './admit.ts'
import { type IncomingEvent, noteMoved } from './admit-write.ts'
import { count } from './append.ts'
import { noteStateEvent } from './auth-graph.ts'
import type { RoomsContext } from './context.ts'
import { type HotRoom, loadedStateTypes } from './hot-room.ts'
import { createOf } from './import-events.ts'
import { memberHost } from './member-host.ts'
import { membershipIn } from './member-event.ts'
import { Pace } from '../federation/pace.ts'
import { eventsOfRoom } from './receive.ts'
import { eventFlag, RoomEvent } from './room-event.ts'
import { internSlot, storeState } from './state-change.ts'
import { findEvent } from './stored-event.ts'
import { WriteBehind } from './write-behind.ts'

export interface Entering {
  /** The join; its signatures are checked. */
  readonly received: IncomingEvent
  /** Root of the state before the join. */
  readonly root: number
  /** What else becomes true with the join; called in its write. */
  readonly alongside?: ((w: Write, join: RoomEvent) => void) | undefined
}

/** Enters; resolves when the join is durable. Throws M_FORBIDDEN when the state does not allow the join. */
export async function enterRoom(context: RoomsContext, room: HotRoom, entering: Entering): Promise<RoomEvent> {
  const { received, root } = entering
  const authNids = await judgeJoin(context, room, entering)
  const slot = internSlot(context, room, ['m.room.member', received.pdu.sender])
  const userNid = await context.users.intern(received.pdu.sender)
  const wellKnown = await room.events(
    [...loadedStateTypes].map((type) => room.stateNidAt(root, type)).filter((nid) => nid !== 0),
  )
  const known = await findEvent(context, room, received.eventId)
  const isAfterGap = await comesBackLate(context, room, received)
  const local = await setMembers(context, room, root)
  const writing = { ...entering, room, authNids, slot, userNid, wellKnown, known, isAfterGap, local }
  return context.store.write((w) => writeJoin(context, w, writing))
}

/** Whether this server was in the room before, and something has been said since. */
async function comesBackLate(context: RoomsContext, room: HotRoom, { pdu }: IncomingEvent): Promise<boolean> {
  const isHistory = ({ flags }: RoomEvent) => (flags & eventFlag.outlier) === 0
  if (!room.recent.some(isHistory)) return false
  const { events, isWhole } = await eventsOfRoom(context, room, pdu.prev_events)
  return !isWhole || !events.every(isHistory)
}

/** Nids of what the join cites. Throws M_FORBIDDEN. */
async function judgeJoin(context: RoomsContext, room: HotRoom, { received, root }: Entering): Promise<number[]> {
  const { pdu, authEvent } = received
  const { events: cited } = await eventsOfRoom(context, room, pdu.auth_events)
  const created = new Map(
    (await room.events([room.stateNidAt(root, 'm.room.create')])).map((one) => [one.eventId, one]),
  )
  const authEvents = cited.map((event) => event.authEvent)
  const refusal =
    authorizeByAuthEvents(authEvent, { authEvents, create: createOf(room, created) }, room.rules) ??
    (await judge(room, authEvent, root))
  if (refusal) throw new MatrixError('M_FORBIDDEN', refusal.reason)
  return cited.map(({ nid }) => nid)
}

/** A membership that a state gives. */
export interface Membership {
  readonly userId: string
  readonly userNid: number
  readonly membership: NonNullable<ReturnType<typeof membershipIn>>
  readonly eventNid: number
}

/** Takes the members of a state over where they differ from the room's, some at a time; those of this server are returned, for the write of the join. */
export async function setMembers(context: RoomsContext, room: HotRoom, root: number): Promise<Membership[]> {
  const local: Membership[] = []
  const pace = new Pace(context.environment)
  const writes = new WriteBehind()
  for (const some of inPieces(changedMembers(room, root))) {
    const events = new Map((await room.events(some.flatMap(({ nid }) => nid || []))).map((event) => [event.nid, event]))
    const users = await context.users.internAll(some.map(({ userId }) => userId))
    const changes = some.map(({ userId, nid }) => ({
      userId,
      userNid: users.get(userId) ?? 0,
      membership: membershipIn(events.get(nid)) ?? 'leave',
      eventNid: nid,
    }))
    const isLocal = ({ userId }: Membership) => memberHost(userId, context.serverName).isLocal
    local.push(...changes.filter(isLocal))
    const position = context.store.durablePosition
    const apply = (w: Write) => {
      for (const change of changes) if (!isLocal(change)) applyMember(context, w, { room, position, change })
    }
    await writes.next(() => context.store.write(apply))
    await pace.breathe()
  }
  await writes.end()
  return local
}

/** A member whose membership differs between the room as it is and another state; 0 for none. */
interface ChangedMember {
  readonly userId: string
  readonly before: number
  readonly nid: number
}

export function changedMembers(room: HotRoom, root: number): ChangedMember[] {
  return Array.from(room.slotsOfType('m.room.member'), ([userId, slot]) => ({
    userId,
    nid: room.arena.get(root, slot),
    before: room.arena.get(room.root, slot),
  })).filter(({ nid, before }) => nid !== before)
}

function* inPieces<T>(all: readonly T[]): Generator<readonly T[], void> {
  for (let from = 0; from < all.length; from += importedEventsPerWrite)
    yield all.slice(from, from + importedEventsPerWrite)
}

interface MemberWriting {
  readonly room: HotRoom
  readonly position: number
  readonly change: Membership
}

/** Local users whose membership the state of the room decides from now on. */
export function moveMembers(
  context: RoomsContext,
  w: Write,
  { local, ...at }: Omit<MemberWriting, 'change'> & { readonly local: readonly Membership[] },
): void {
  for (const change of local) {
    applyMember(context, w, { ...at, change })
    noteMoved(w, at.room, change)
  }
}

function applyMember(context: RoomsContext, w: Write, { room, position, change }: MemberWriting): void {
  const { userId, userNid, membership, eventNid } = change
  setMember(w, { roomNid: room.nid, userNid, membership, eventNid, position })
  room.setMembership(userNid, membership, memberHost(userId, context.serverName))
}

interface Writing extends Entering {
  readonly room: HotRoom
  readonly authNids: readonly number[]
  readonly slot: number
  readonly userNid: number
  /** State that a hot room always holds. */
  readonly wellKnown: readonly RoomEvent[]
  /** The join where it is stored already. */
  readonly known: RoomEvent | undefined
  readonly isAfterGap: boolean
  readonly local: readonly Membership[]
}

function writeJoin(context: RoomsContext, w: Write, writing: Writing): RoomEvent {
  const { room, root, received, slot, userNid, known, alongside } = writing
  if (room.dropped) throw new MatrixError('M_UNKNOWN', 'The server could not store an event; please try again')
  const nid = known?.nid ?? context.store.nextNid('events')
  const ord = w.journal({ kind: journalKind.event, room: room.nid, user: userNid, ref: nid })
  const to = room.arena.set(root, slot, nid)
  const here = { root: room.root, snapshot: room.snapshot }
  const moved = storeState(context, w, room, { from: here, to, lastSlot: slot })
  const event = joinOf(writing, { nid, ord, snapshot: moved.snapshot })
  count(context, w, { room, event })
  if (writing.isAfterGap) openGap(w, { roomNid: room.nid, ord })
  if (known) placeEvent(w, event)
  else insertEvent(w, { room, event, slot })
  noteStateEvent(room, event, { slot, authNids: writing.authNids })
  setRoomSnapshot(w, room.nid, moved.snapshot)
  setRoomHeads(w, room.nid, undefined)
  const replaced: number[] = []
  room.arena.diff(room.root, moved.root, (_, old) => void (old !== 0 && replaced.push(old)))
  const changesSinceCheckpoint = moved.changes + (moved.isWhole ? 0 : room.changesSinceCheckpoint)
  room.setState({ ...moved, changesSinceCheckpoint, replaced, events: [...writing.wellKnown, event] })
  room.totals.set(0, { notify: event.notifyCount, highlight: event.highlightCount })
  room.addRecent(event)
  room.headsStored = false
  room.heads = [{ nid, eventId: event.eventId, depth: event.depth }]
  room.noteFollowed(referencedIds(received.pdu.prev_events))
  moveMembers(context, w, { room, position: ord, local: writing.local })
  const { sender: userId } = received.pdu
  applyMember(context, w, { room, position: ord, change: { userId, userNid, membership: 'join', eventNid: nid } })
  alongside?.(w, event)
  return event
}

interface Placed {
  readonly nid: number
  readonly ord: number
  readonly snapshot: number
}

function joinOf({ room, received, userNid, isAfterGap }: Writing, placed: Placed): RoomEvent {
  const { pdu, eventId, json, authEvent } = received
  return new RoomEvent({
    ...{ eventId, json, authEvent, ...placed },
    senderNid: userNid,
    roomId: room.roomId,
    depth: pdu.depth,
    ts: pdu.origin_server_ts,
    flags: isAfterGap ? eventFlag.gap : 0,
    notifyCount: 0,
    highlightCount: 0,
  })
}
