// Writes an event of another server once it is decided what becomes of it: its row, the states it leads to, the members it
// changes, and the room in memory. Synchronous, inside a write.
import type { Rejection } from '@myelin/algorithms/auth'
import type { ReceivedPdu } from '@myelin/algorithms/received-pdu'
import type { AuthEvent } from '@myelin/algorithms/event'
import { stateCheckpointChangesMin } from '../limits.ts'
import { insertEvent, placeEvent } from '../store/events.ts'
import { setForkState } from '../store/forks.ts'
import { openGap } from '../store/history-gaps.ts'
import { setMember } from '../store/members.ts'
import { saveRefusal } from '../store/refusals.ts'
import { setRoomHeads, setRoomSnapshot } from '../store/rooms.ts'
import { insertCheckpoint } from '../store/state.ts'
import { journalKind, type Write } from '../store/store.ts'
import { count } from './append.ts'
import { noteStateEvent } from './auth-graph.ts'
import type { RoomsContext } from './context.ts'
import type { StateBefore } from './dag-state.ts'
import { publish, shownTypes } from './directory-entry.ts'
import type { Head, HotRoom } from './hot-room.ts'
import { memberHost } from './member-host.ts'
import { membershipIn } from './member-event.ts'
import { applyRedaction } from './redaction.ts'
import { type Relating, writeRelation } from './relate.ts'
import { countsAsRejected, eventFlag, RoomEvent } from './room-event.ts'
import { storeState, type StoredState } from './state-change.ts'

/** An event that was read and whose signatures are checked. */
export interface IncomingEvent extends ReceivedPdu {
  readonly authEvent: AuthEvent
}

export interface AdmittedEvent {
  readonly received: IncomingEvent
  /** The same event where it is stored already as an outlier. */
  readonly known?: RoomEvent | undefined
  /** Nids of the events it cites. */
  readonly authNids: readonly number[]
}

/** The numbers of the event and what it is about. */
export interface Fields {
  readonly received: IncomingEvent
  readonly known: RoomEvent | undefined
  readonly authNids: readonly number[]
  readonly eventId: string
  readonly nid: number
  readonly senderNid: number
  /** The user whose membership the event sets, 0 for other events. */
  readonly memberNid: number
  readonly slot: number | undefined
  readonly relating: Relating | undefined
  readonly redacted: RoomEvent | undefined
  /** Bits of the event's flags that say how it came in. */
  readonly flags: number
}

export interface Decision {
  readonly verdict: 'accepted' | 'soft-failed' | 'rejected'
  /** Why it was not accepted. */
  readonly refusal?: Rejection
  readonly before: StateBefore
  /** Root of the state after the event in the event graph. */
  readonly after: number
  /** Root of the room's state once the event is in. */
  readonly root: number
  readonly heads: readonly Head[]
  /** State events, by nid, that were not in the room's state. */
  readonly changed: ReadonlyMap<number, RoomEvent>
  readonly memberNids: ReadonlyMap<string, number>
}

/** What is written where. */
export interface Writing {
  readonly room: HotRoom
  readonly fields: Fields
  readonly decision: Decision
}

/** Writes the event and applies it to the room. */
export function writeAdmitted(context: RoomsContext, w: Write, writing: Writing): RoomEvent {
  const { room, fields, decision } = writing
  return decision.verdict === 'accepted'
    ? writeAccepted(context, w, writing)
    : writeUnseen(context, w, { room, fields, decision })
}

/** What was refused is kept, because events that follow it may be allowed. */
function writeUnseen(context: RoomsContext, w: Write, { room, fields, decision }: Writing): RoomEvent {
  const { before, after, verdict, refusal } = decision
  const way = { from: before.near, to: after, lastSlot: fields.slot, before: before.root }
  const { snapshot } = storeState(context, w, room, way)
  const flags = verdict === 'rejected' ? eventFlag.rejected : eventFlag.softFailed
  const event = eventOf(room, fields, { ord: undefined, snapshot, flags })
  writeRow(w, { room, fields, event })
  if (refusal) saveRefusal(w, { eventNid: event.nid, ...refusal, ts: context.environment.now() })
  return event
}

function writeAccepted(context: RoomsContext, w: Write, { room, fields, decision }: Writing): RoomEvent {
  const { nid, memberNid, slot, relating, redacted } = fields
  const { root, changed } = decision
  const ord = w.journal({ kind: journalKind.event, room: room.nid, user: memberNid, ref: nid })
  const lastSlot = slot !== undefined && room.arena.get(root, slot) === nid ? slot : undefined
  const here = { root: room.root, snapshot: room.snapshot }
  const isForked = isBeside(room, slot, decision)
  const moved = storeState(context, w, room, { from: here, to: root, lastSlot })
  const fork = isForked ? forkSnapshot(context, w, { room, fields, decision }) : undefined
  const flags = fields.flags | (fork === undefined ? 0 : eventFlag.forked)
  const event = eventOf(room, fields, { ord, snapshot: moved.snapshot, flags })
  if (fork !== undefined) {
    setForkState(w, nid, fork)
    room.forks.set(nid, fork)
  }
  count(context, w, { room, event })
  if ((flags & eventFlag.gap) !== 0) openGap(w, { roomNid: room.nid, ord })
  writeRow(w, { room, fields, event })
  if (relating) writeRelation(w, { room, event, relating })
  if (redacted) applyRedaction(w, { room, redaction: event, target: redacted })
  room.totals.set(event.threadNid ?? 0, { notify: event.notifyCount, highlight: event.highlightCount })
  room.addRecent(event)
  if (event.isState && decision.heads.length > 1) room.authEvents.add(event)
  moveHeads(w, room, { event, heads: decision.heads, after: fork ?? moved.snapshot })
  const arrived = new Map(changed)
  if (lastSlot !== undefined) arrived.set(nid, event)
  moveRoom(context, w, { room, moved, arrived, ord, memberNid, memberNids: decision.memberNids })
  return event
}

/** Whether the room's states before and after the event are not those of the event graph. */
const isBeside = (room: HotRoom, slot: number | undefined, { before, after, root }: Decision): boolean =>
  after !== root || (slot !== undefined && room.arena.get(before.root, slot) !== room.arena.get(room.root, slot))

function forkSnapshot(context: RoomsContext, w: Write, { room, fields, decision }: Writing): number {
  const { before, after } = decision
  const way = { from: before.near, to: after, lastSlot: fields.slot, before: before.root }
  return storeState(context, w, room, way).snapshot
}

interface Placed {
  readonly ord: number | undefined
  readonly snapshot: number
  readonly flags: number
}

function eventOf(room: HotRoom, fields: Fields, placed: Placed): RoomEvent {
  const { nid, eventId, senderNid, received, relating } = fields
  const { pdu, json, authEvent } = received
  return new RoomEvent({
    nid,
    eventId,
    senderNid,
    json,
    ord: placed.ord,
    snapshot: placed.snapshot,
    flags: placed.flags,
    roomId: room.roomId,
    depth: pdu.depth,
    ts: pdu.origin_server_ts,
    threadNid: relating?.threadNid,
    notifyCount: 0,
    highlightCount: 0,
    authEvent: countsAsRejected(placed.flags) ? { ...authEvent, rejected: true } : authEvent,
  })
}

interface RowWriting {
  readonly room: HotRoom
  readonly fields: Fields
  readonly event: RoomEvent
}

function writeRow(w: Write, { room, fields, event }: RowWriting): void {
  const { known } = fields
  if (known) {
    placeEvent(w, event)
    if (known.redactedBy !== undefined) event.redacted(known.redactedBy, known.json)
    room.replaceHeld(event)
  } else insertEvent(w, { room, event, slot: fields.slot })
  if (fields.slot !== undefined && (event.flags & eventFlag.unjudged) === 0)
    noteStateEvent(room, event, { slot: fields.slot, authNids: fields.authNids })
}

interface HeadsMove {
  readonly event: RoomEvent
  readonly heads: readonly Head[]
  /** The stored state after the event. */
  readonly after: number
}

function moveHeads(w: Write, room: HotRoom, { event, heads, after }: HeadsMove): void {
  const isLast = heads.length === 1 && heads[0]?.nid === event.nid
  if (!isLast || room.headsStored) setRoomHeads(w, room.nid, isLast ? undefined : heads.map(({ nid }) => nid))
  room.headsStored = !isLast
  room.heads = heads.map((head) => (head.nid === event.nid ? { ...head, after } : head))
}

interface RoomMove {
  readonly room: HotRoom
  readonly moved: StoredState
  /** State events that are new in the room's state. */
  readonly arrived: ReadonlyMap<number, RoomEvent>
  readonly ord: number
  /** The user whose membership the event sets: its entry in the journal tells of them. */
  readonly memberNid: number
  readonly memberNids: ReadonlyMap<string, number>
}

/** Tells the readers of the journal of a member whom no event in the timeline names. */
export const noteMoved = (
  w: Write,
  { nid }: HotRoom,
  { userNid, eventNid }: { readonly userNid: number; readonly eventNid: number },
): void => void w.journal({ kind: journalKind.memberMoved, room: nid, user: userNid, ref: eventNid })

function moveRoom(context: RoomsContext, w: Write, { room, moved, arrived, ord, ...members }: RoomMove): void {
  if (moved.snapshot === room.snapshot) return
  const replaced: number[] = []
  const changes: { readonly slot: number; readonly nid: number }[] = []
  room.arena.diff(room.root, moved.root, (slot, old, nid) => {
    if (old !== 0) replaced.push(old)
    changes.push({ slot, nid })
  })
  const { root, snapshot } = moved
  const changed = moved.isWhole ? moved.changes : room.changesSinceCheckpoint + moved.changes
  const isDue = changed >= Math.max(stateCheckpointChangesMin, room.slotCount / 8)
  if (isDue) insertCheckpoint(w, { snapshot, roomNid: room.nid, vector: room.arena.toVector(root) })
  const changesSinceCheckpoint = isDue ? 0 : changed
  setRoomSnapshot(w, room.nid, snapshot)
  room.setState({ root, snapshot, changesSinceCheckpoint, replaced, events: [...arrived.values()] })
  let isShown = false
  for (const { slot, nid } of changes) {
    const [type, stateKey] = room.slotKey(slot)
    isShown ||= shownTypes.has(type)
    const userNid = type === 'm.room.member' ? members.memberNids.get(stateKey) : undefined
    if (userNid === undefined) continue
    const membership = membershipIn(arrived.get(nid)) ?? 'leave'
    setMember(w, { roomNid: room.nid, userNid, membership, eventNid: nid, position: ord })
    if (userNid !== members.memberNid) noteMoved(w, room, { userNid, eventNid: nid })
    room.setMembership(userNid, membership, memberHost(stateKey, context.serverName))
  }
  if (room.isPublic && isShown) publish(w, room)
}
