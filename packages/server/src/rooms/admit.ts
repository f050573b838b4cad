// Takes an event of another server into a room: judges it by the state before it and by the room's current state, and
// writes it with all that follows. What must be read is read first; if the room has moved on meanwhile, it is read again.
import assert from 'node:assert/strict'
import { authorize, type Rejection, type StateLookup } from '@myelin/algorithms/auth'
import { authTypes } from '@myelin/algorithms/auth-events'
import { type AuthEvent, redactsOf } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { isUserId } from '@myelin/protocol/identifiers'
import { forwardExtremitiesMax, refusedEventsFollowedMax } from '../federation-limits.ts'
import { type AdmittedEvent, type Decision, type Fields, type Writing, writeAdmitted } from './admit-write.ts'
import { type FreshEvent, resolveStates } from './auth-graph.ts'
import { isFromBeforeArrival } from './arrival.ts'
import type { RoomsContext } from './context.ts'
import { rootsAfter, type StateBefore } from './dag-state.ts'
import type { HotRoom } from './hot-room.ts'
import { mergeHeadsSoon } from './merge-heads.ts'
import { policyRefusal } from './policy-server.ts'
import { EventDropped } from './refusals.ts'
import { findRelating } from './relate.ts'
import { eventFlag, RoomEvent } from './room-event.ts'
import { internSlot } from './state-change.ts'
import { findEvent } from './stored-event.ts'

/**
 * How an event comes in. `live`: as others sent it; what is refused is kept, unseen. `resident`: through this server,
 * which must allow it and passes it on. `aside`: about a local user of a
 * room that this server is not in, where nothing can be judged.
 */
export type AdmissionMode = 'live' | 'resident' | 'aside'

export interface Admission extends AdmittedEvent {
  readonly mode: AdmissionMode
  /** Why the events it cites do not allow it. */
  readonly byAuthEvents: Rejection | undefined
  /** What it follows is not all here: something is missing in the timeline before it. */
  readonly isAfterGap?: boolean
  /** The state before the event; asked again when the room has moved on. */
  readonly before: () => Promise<StateBefore>
}

/** An event that has been taken in. */
export interface Admitted {
  readonly event: RoomEvent
  /** Resolves when that is durable. */
  readonly durable: Promise<unknown>
}

/** Takes the event in; resolves when it is durable. Throws M_FORBIDDEN for what may not come in at all. */
export async function admit(context: RoomsContext, room: HotRoom, admission: Admission): Promise<RoomEvent> {
  const { event, durable } = await admitNow(context, room, admission)
  await durable
  return event
}

/** The same, resolved as soon as the room in memory has the event, so that the next one can follow it. */
export async function admitNow(context: RoomsContext, room: HotRoom, admission: Admission): Promise<Admitted> {
  const fields = await fieldsOf(context, room, admission)
  for (;;) {
    const heads = room.heads
    const decision = await decide(context, room, { admission, fields })
    if (room.dropped) throw new MatrixError('M_UNKNOWN', 'The server could not store an event; please try again')
    if (room.heads === heads) return writeNow(context, { room, fields, decision })
  }
}

async function writeNow(context: RoomsContext, writing: Writing): Promise<Admitted> {
  const { room, decision } = writing
  let event: RoomEvent | undefined
  const durable = context.store.write((w) => void (event = writeAdmitted(context, w, writing)))
  // A write that is refused throws nothing but rejects.
  if (!event) return durable.then(() => assert.fail('the event was written'))
  room.arrives(event, durable)
  if (decision.refusal) context.refusals.count(decision.verdict, decision.refusal.rule)
  mergeHeadsSoon(context, room)
  return { event, durable }
}

async function fieldsOf(context: RoomsContext, room: HotRoom, admission: Admission): Promise<Fields> {
  const { received, known, mode, authNids, isAfterGap = false } = admission
  const { pdu, eventId } = received
  const isMember = pdu.type === 'm.room.member' && pdu.state_key !== undefined
  const senderNid = context.users.cached(pdu.sender) ?? (await context.users.intern(pdu.sender))
  const redacts = pdu.type === 'm.room.redaction' ? redactsOf(pdu, room.rules) : undefined
  const child = { type: pdu.type, stateKey: pdu.state_key, content: pdu.content, by: { userNid: senderNid } }
  return {
    received,
    known,
    authNids,
    eventId,
    nid: known?.nid ?? context.store.nextNid('events'),
    senderNid,
    memberNid: isMember ? await context.users.intern(pdu.state_key ?? '') : 0,
    slot: pdu.state_key === undefined ? undefined : internSlot(context, room, [pdu.type, pdu.state_key]),
    relating: await findRelating(context, room, child),
    redacted: redacts === undefined ? undefined : await findEvent(context, room, redacts),
    flags: (isAfterGap ? eventFlag.gap : 0) | flagsOf[mode],
  }
}

/** Of an event aside: once the room's real state arrives it is judged like what comes with that. */
const flagsOf: Readonly<Record<AdmissionMode, number>> = {
  live: 0,
  resident: eventFlag.relayed,
  aside: eventFlag.outlier | eventFlag.unjudged,
}

interface Deciding {
  readonly admission: Admission
  readonly fields: Fields
}

async function decide(context: RoomsContext, room: HotRoom, deciding: Deciding): Promise<Decision> {
  const { admission, fields } = deciding
  const { mode, received, known } = admission
  const before = await admission.before()
  const after = fields.slot === undefined ? before.root : room.arena.set(before.root, fields.slot, fields.nid)
  if (mode === 'aside') return accepted(context, room, { before, after, root: after, heads: room.heads })
  const { authEvent, pdu } = received
  const isElsewhere = mode === 'live' && before.root !== room.root
  if (
    isElsewhere &&
    (await isFromBeforeArrival(context, room, { depth: pdu.depth, root: before.root, authEvent, known }))
  )
    throw new EventDropped('refused', 'It is from before this server came into the room')
  const byStateBefore = admission.byAuthEvents ?? (await judge(room, authEvent, before.root))
  if (byStateBefore !== undefined && mode !== 'live') throw new MatrixError('M_FORBIDDEN', byStateBefore.reason)
  if (byStateBefore !== undefined)
    return { verdict: 'rejected', refusal: byStateBefore, before, after: before.root, ...unmoved(room) }
  // 6. and 7.
  // Without its members the current state says nothing against anybody.
  const isJudged = before.root === room.root || room.partial !== undefined
  const byCurrentState = isJudged ? undefined : await judgeByCurrentState(context, room, { admission, before })
  const refusal = byCurrentState ?? policyRefusal(room, received)
  if (refusal !== undefined && mode !== 'live') throw new MatrixError('M_FORBIDDEN', refusal.reason)
  if (refusal !== undefined) return { verdict: 'soft-failed', refusal, before, after, ...unmoved(room) }
  const others = await headsBeside(context, room, authEvent)
  // The room has gone on from it already, with servers that had it: it comes late and is no head, nor is what it follows.
  if (mode === 'live' && room.isFollowed(fields.eventId))
    return accepted(context, room, { before, after, ...(await withoutFollowed(context, room, others)) })
  const head = { nid: fields.nid, eventId: fields.eventId, depth: pdu.depth }
  const heads = [...others.slice(1 - forwardExtremitiesMax), head]
  const root = others.length === 0 ? after : await resolvedRoot(context, room, { fields, after, others })
  return accepted(context, room, { before, after, root, heads })
}

const noEvents: Decision['changed'] = new Map()
const noMembers: Decision['memberNids'] = new Map()

const unmoved = ({ root, heads }: HotRoom) => ({ root, heads, changed: noEvents, memberNids: noMembers })

/** Why a state of the room does not allow the event; undefined if it does. */
export async function judge(room: HotRoom, event: AuthEvent, root: number): Promise<Rejection | undefined> {
  const keys = [...authTypes(event, room.rules), ['m.room.create', ''] as const]
  // Nearly always: the event follows the last one, and the state that it was loaded for is still there.
  if (root === room.root && room.holdsState(keys))
    return authorize(event, (type, stateKey) => room.heldState(type, stateKey)?.authEvent, room.rules)
  return authorize(event, await lookUpIn(room, root, keys), room.rules)
}

/**
 * "The resolved state across all forward extremities": what the event follows and is not here would be some of these, so
 * the state before the event stands in for it. That undoes no ban.
 */
async function judgeByCurrentState(
  context: RoomsContext,
  room: HotRoom,
  { admission, before }: { readonly admission: Admission; readonly before: StateBefore },
): Promise<Rejection | undefined> {
  const { authEvent } = admission.received
  const refusal = await judge(room, authEvent, room.root)
  if (refusal === undefined || admission.isAfterGap !== true) return refusal
  return judge(room, authEvent, await resolveStates(context, room, { roots: [room.root, before.root] }))
}

type StateKey = readonly [type: string, stateKey: string]

async function lookUpIn(room: HotRoom, root: number, keys: readonly StateKey[]): Promise<StateLookup> {
  const nids = keys.map(([type, stateKey]) => room.stateNidAt(root, type, stateKey)).filter((nid) => nid !== 0)
  const kept = new Map(nids.map((nid) => [nid, room.authEvents.get(nid)?.authEvent]))
  const others = [...kept.keys()].filter((nid) => kept.get(nid) === undefined)
  const found = new Map((await room.events(others)).map((each) => [each.nid, each.authEvent]))
  return (type, stateKey) => {
    const nid = room.stateNidAt(root, type, stateKey)
    return kept.get(nid) ?? found.get(nid)
  }
}

interface Forked {
  readonly fields: Fields
  readonly after: number
  /** Heads that the event does not follow. */
  readonly others: HotRoom['heads']
}

/** Heads that the event does not follow, neither itself nor through events that were refused. */
async function headsBeside(context: RoomsContext, room: HotRoom, { prevEvents }: AuthEvent): Promise<HotRoom['heads']> {
  const followed = new Set(prevEvents)
  const notFollowed = () => room.heads.filter(({ eventId }) => !followed.has(eventId))
  let beside = notFollowed()
  // One after the other, as far as they were refused: of a long way the end may stay a head.
  for (const eventId of followed) {
    if (beside.length === 0 || followed.size > refusedEventsFollowedMax) break
    const event = await findEvent(context, room, eventId)
    if (!event || (event.flags & (eventFlag.softFailed | eventFlag.rejected)) === 0) continue
    for (const each of event.authEvent.prevEvents) followed.add(each)
    beside = notFollowed()
  }
  return beside
}

/** The room once it has only these heads; as it is where none is left, as those that followed them were refused. */
async function withoutFollowed(
  context: RoomsContext,
  room: HotRoom,
  heads: HotRoom['heads'],
): Promise<Pick<Decision, 'root' | 'heads'>> {
  const isUnmoved = heads.length === 0 || heads.length === room.heads.length
  if (isUnmoved) return { root: room.root, heads: room.heads }
  return { root: await resolveStates(context, room, { roots: await rootsAfter(context, room, heads) }), heads }
}

/** The state after the heads that there will be. */
async function resolvedRoot(context: RoomsContext, room: HotRoom, { fields, after, others }: Forked): Promise<number> {
  const roots = [after, ...(await rootsAfter(context, room, others))]
  if (roots.every((root) => root === after)) return after
  return resolveStates(context, room, { roots, fresh: freshOf(room, fields) })
}

/** The event, if it is part of the state, before it has a place: for the resolution to look at. */
function freshOf(room: HotRoom, { nid, eventId, senderNid, slot, authNids, received }: Fields): FreshEvent | undefined {
  if (slot === undefined) return undefined
  const { pdu, json, authEvent } = received
  const event = new RoomEvent({
    ...{ nid, eventId, senderNid, json, authEvent },
    roomId: room.roomId,
    ord: undefined,
    depth: pdu.depth,
    ts: pdu.origin_server_ts,
    snapshot: 0,
    flags: 0,
    notifyCount: 0,
    highlightCount: 0,
  })
  return { event, slot, authNids }
}

type Moving = Pick<Decision, 'before' | 'after' | 'root' | 'heads'>

/** Accepted, with what the move to `root` brings. */
const accepted = (context: RoomsContext, room: HotRoom, moving: Moving): Decision | Promise<Decision> =>
  moving.root === room.root
    ? { verdict: 'accepted', ...moving, changed: noEvents, memberNids: noMembers }
    : acceptedWithMove(context, room, moving)

/** With the state events that are new and the users whose memberships they set, loaded. */
async function acceptedWithMove(context: RoomsContext, room: HotRoom, moving: Moving): Promise<Decision> {
  const nids: number[] = []
  const memberIds: string[] = []
  room.arena.diff(room.root, moving.root, (slot, _, nid) => {
    if (nid !== 0) nids.push(nid)
    const [type, stateKey] = room.slotKey(slot)
    if (type === 'm.room.member' && isUserId(stateKey)) memberIds.push(stateKey)
  })
  const [events, memberNids] = await Promise.all([room.events(nids), context.users.internAll(memberIds)])
  return { verdict: 'accepted', ...moving, changed: new Map(events.map((event) => [event.nid, event])), memberNids }
}
