// The one door through which events enter a room. What must be read is read first (`prepare`; nothing, in a hot room);
// then, in one synchronous step, the event is built, judged, written with all that follows from it, and applied to the
// hot room. The promise resolves when the write is durable.
import { MatrixError } from '@myelin/protocol/errors'
import { isUserId } from '@myelin/protocol/identifiers'
import { policyServerTriesMax } from '../federation-limits.ts'
import { insertEvent } from '../store/events.ts'
import { setMember } from '../store/members.ts'
import { setRoomHeads } from '../store/rooms.ts'
import { journalKind, type Write } from '../store/store.ts'
import { rememberTransaction } from '../store/transactions.ts'
import { authKeys, type Draft, type SignedEvent } from './build.ts'
import { noteStateEvent } from './auth-graph.ts'
import { contentText, type RoomsContext } from './context.ts'
import { publish, shownTypes } from './directory-entry.ts'
import type { HotRoom, Membership, StateChange } from './hot-room.ts'
import { memberHost } from './member-host.ts'
import { buildRecommended, buildSigned, needsPolicy } from './policy-server.ts'
import { applyRedaction } from './redaction.ts'
import { prepareRelation, refuseRecentDuplicate, type Relating, writeRelation } from './relate.ts'
import { RoomEvent } from './room-event.ts'
import { changeState } from './state-change.ts'
import { findEvent } from './stored-event.ts'
import type { Transaction } from './transactions.ts'

export interface EventDraft extends Draft {
  readonly transaction?: Transaction | undefined
}

/** A draft with everything at hand that appending it needs. */
export interface Prepared {
  readonly draft: EventDraft
  /** The user whose membership the event sets, 0 for other events. */
  readonly memberNid: number
  /** How it relates to another event. */
  readonly relating: Relating | undefined
  /** The event that is redacted, if it is known. */
  readonly redacted: RoomEvent | undefined
}

/** Appends what a local user says. Throws M_FORBIDDEN with the reason when the room does not allow it. */
export async function append(context: RoomsContext, room: HotRoom, draft: EventDraft): Promise<RoomEvent> {
  requireResident(room)
  if (room.partial && draft.type === 'm.room.member' && room.stateNid(draft.type, draft.stateKey) === 0)
    await context.completions.wait(context.environment, room) // who was banned may be among those still to come
  if (needsPolicy(context, room, draft)) return appendRecommended(context, room, draft)
  const prepared = await prepareAll(context, room, draft)
  return context.store.write((w) => appendNow(context, w, { room, prepared }))
}

/** Appends what the room's policy server has signed. If the room has moved on while it was asked, it is asked again. */
function appendRecommended(context: RoomsContext, room: HotRoom, draft: EventDraft): Promise<RoomEvent> {
  return context.mutex.run(`policy ${room.nid}`, async () => {
    for (let tries = 0; tries < policyServerTriesMax; tries++) {
      const prepared = await prepareAll(context, room, draft)
      const { heads } = room
      const signed = await buildRecommended(context, room, draft)
      if (room.heads === heads) return context.store.write((w) => appendNow(context, w, { room, prepared, signed }))
    }
    throw new MatrixError('M_UNKNOWN', 'The room is too busy for its policy server; please try again', { status: 503 })
  })
}

async function prepareAll(context: RoomsContext, room: HotRoom, draft: EventDraft): Promise<Prepared> {
  let prepared = await prepare(context, room, draft)
  while (!room.holdsState(authKeys(draft, room.rules))) prepared = await prepare(context, room, draft)
  return prepared
}

/** A room that goes on among other servers without this one is not added to here: its state is not known any more. */
function requireResident(room: HotRoom): void {
  const isResident = room.localJoined.size > 0 || room.hosts.size === 0
  if (room.heads.length === 0 || !isResident) throw new MatrixError('M_FORBIDDEN', 'You are not in this room')
}

/** Reads what appending the draft needs and the hot room does not hold. */
async function prepare(context: RoomsContext, room: HotRoom, draft: EventDraft): Promise<Prepared> {
  await room.loadState(authKeys(draft, room.rules))
  const relating = await prepareRelation(context, room, draft)
  const memberNid = draft.type === 'm.room.member' ? await memberNidOf(context, draft.stateKey ?? '') : 0
  const redacted = draft.redacts === undefined ? undefined : await findEvent(context, room, draft.redacts)
  return { draft, memberNid, relating, redacted }
}

/** The nid of the user a member event is about. Throws M_INVALID_PARAM for what is no user id. */
async function memberNidOf(context: RoomsContext, userId: string): Promise<number> {
  if (!isUserId(userId)) throw new MatrixError('M_INVALID_PARAM', 'The state_key of a member event is a user ID')
  return context.users.cached(userId) ?? context.users.intern(userId)
}

/** What is appended to which room; `signed` when it was built already. */
export interface Appending {
  readonly room: HotRoom
  readonly prepared: Prepared
  readonly signed?: SignedEvent
}

/** Builds, judges, writes and applies one event, inside a write. If it throws, the room is as it was. */
export function appendNow(context: RoomsContext, w: Write, { room, prepared, signed }: Appending): RoomEvent {
  if (room.dropped) throw new MatrixError('M_UNKNOWN', 'The server could not store an event; please try again')
  const { draft, memberNid, relating } = prepared
  if (relating) refuseRecentDuplicate(room, draft, relating.relation)
  const built = signed ?? buildSigned(context, room, draft)
  const nid = context.store.nextNid('events')
  const ord = w.journal({ kind: journalKind.event, room: room.nid, user: memberNid, ref: nid })
  const change =
    draft.stateKey === undefined
      ? undefined
      : changeState(context, w, { room, nid, type: draft.type, stateKey: draft.stateKey })
  const event = new RoomEvent({
    nid,
    ord,
    roomId: room.roomId,
    eventId: built.eventId,
    senderNid: draft.by.userNid,
    depth: built.depth,
    ts: built.pdu.origin_server_ts,
    snapshot: change?.snapshot ?? room.snapshot,
    threadNid: relating?.threadNid,
    replacesNid: change?.replaced,
    flags: 0,
    notifyCount: 0,
    highlightCount: 0,
    json: built.json,
    authEvent: built.authEvent,
  })
  if (draft.transaction) event.transaction = draft.transaction
  count(context, w, { room, event })
  insertEvent(w, { room, event, slot: change?.slot })
  if (room.headsStored) setRoomHeads(w, room.nid, undefined)
  if (change && room.authDag) noteStateEvent(room, event, { slot: change.slot, authNids: authNids(room, draft) })
  if (memberNid !== 0) writeMember(w, { room, event, memberNid })
  if (relating) writeRelation(w, { room, event, relating })
  if (draft.transaction) {
    rememberTransaction(w, draft.transaction, event)
    context.transactions.made(draft.transaction, event)
  }
  if (prepared.redacted) {
    applyRedaction(w, { room, redaction: event, target: prepared.redacted })
    context.redactedOriginals.pruneIfDue(w)
  }
  apply(context, { room, event, change, memberNid })
  if (room.isPublic && event.isState && shownTypes.has(event.type)) publish(w, room)
  return event
}

/** What the event cites, before it is applied. */
const authNids = (room: HotRoom, draft: EventDraft) =>
  authKeys(draft, room.rules)
    .map(([type, stateKey]) => room.stateNid(type, stateKey))
    .filter((nid) => nid !== 0)

interface Appended {
  readonly room: HotRoom
  readonly event: RoomEvent
}

/** Sets the counters of the event: what came before it in its partition, and what it adds. */
export function count(context: RoomsContext, w: Write, { room, event }: Appended): void {
  const before = room.totals.get(event.threadNid ?? 0) ?? { notify: 0, highlight: 0 }
  const decision = context.hooks.decide(event, room)
  event.notifyCount = before.notify + Number(decision.notify)
  event.highlightCount = before.highlight + Number(decision.highlight)
  decision.record?.(w)
}

function writeMember(w: Write, { room, event, memberNid }: Appended & { readonly memberNid: number }): void {
  const membership = membershipOfEvent(event)
  setMember(w, { roomNid: room.nid, userNid: memberNid, membership, eventNid: event.nid, position: event.ord ?? 0 })
}

/** The membership a member event sets. */
export const membershipOfEvent = (event: RoomEvent) => contentText(event.content, 'membership') as Membership

function apply(
  context: RoomsContext,
  {
    room,
    event,
    change,
    memberNid,
  }: Appended & { readonly change: StateChange | undefined; readonly memberNid: number },
): void {
  room.headsStored = false
  room.heads = [{ nid: event.nid, eventId: event.eventId, depth: event.depth }]
  room.totals.set(event.threadNid ?? 0, { notify: event.notifyCount, highlight: event.highlightCount })
  room.addRecent(event)
  if (change) room.moveState(event, change)
  if (memberNid !== 0)
    room.setMembership(memberNid, membershipOfEvent(event), memberHost(event.stateKey ?? '', context.serverName))
}
