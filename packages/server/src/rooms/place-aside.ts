// What this server knows of rooms it is not in: invites and knocks of its users, with the state that describes the room.
import { type JsonObject, isObject, stringMember } from '@myelin/algorithms/json'
import { canonicalJson, CanonicalJsonError } from '@myelin/algorithms/canonical-json'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { inviteStateEventsMax } from '../federation-limits.ts'
import { insertEvent } from '../store/events.ts'
import { insertRoom } from '../store/rooms.ts'
import { admit } from './admit.ts'
import type { IncomingEvent } from './admit-write.ts'
import { isLocal, type RoomsContext } from './context.ts'
import { HotRoom } from './hot-room.ts'
import { roomSource } from './load-room.ts'
import { keepMissedRemoval, type Sent } from './missed-removals.ts'
import { EventDropped } from './refusals.ts'
import { eventFlag, RoomEvent } from './room-event.ts'
import { roomNid } from './room-ids.ts'
import { internSlot } from './state-change.ts'
import { newStrippedId } from './stripped-state.ts'

export interface Aside {
  readonly received: IncomingEvent
  /** Events that describe the room, whole or stripped; shown as they are, never judged by. */
  readonly described?: readonly unknown[] | undefined
}

/** Sets a membership in a room that this server is not in. */
export async function placeAside(context: RoomsContext, room: HotRoom, { received, described = [] }: Aside) {
  const root = await describedRoot(context, room, described)
  const near = { root: room.root, snapshot: room.snapshot }
  const before = async () => ({ root, near })
  return admit(context, room, { received, authNids: [], mode: 'aside', byAuthEvents: undefined, before })
}

/**
 * Of rooms that this server is not in it cares for what becomes of its users' invites and knocks, and keeps for later what
 * puts its users out.
 */
export async function receiveAside(context: RoomsContext, room: HotRoom, sent: Sent): Promise<void> {
  const { received } = sent
  const { pdu } = received
  await keepMissedRemoval(context, room, sent)
  const member = pdu.type === 'm.room.member' ? (pdu.state_key ?? '') : ''
  const userNid = isLocal(context, member) ? await context.users.find(member) : undefined
  const membership = userNid === undefined ? undefined : room.membership(userNid)
  const becomes = pdu.content['membership']
  const concerns = (membership === 'invite' || membership === 'knock') && (becomes === 'leave' || becomes === 'ban')
  if (!concerns || !(await isOfInviter(room, member, pdu.sender)))
    throw new EventDropped('absent', 'This server is not in the room')
  await placeAside(context, room, { received })
}

/** Nothing can be judged here: an invite is taken back by the server that made it, a knock is refused by any. */
async function isOfInviter(room: HotRoom, member: string, sender: string): Promise<boolean> {
  await room.loadState([['m.room.member', member]])
  const current = room.state('m.room.member', member)
  return current?.sender === member || serverNameOf(current?.sender ?? '') === serverNameOf(sender)
}

/** The room, made known if it is not. */
export async function knownRoom(
  context: RoomsContext,
  { roomId, rules }: { readonly roomId: string; readonly rules: RoomVersionRules },
): Promise<HotRoom> {
  return context.mutex.run(`room ${roomId}`, async () => {
    const known = await roomNid(context, roomId)
    if (known !== undefined) return context.hotRooms.get(known)
    const nid = context.store.nextNid('rooms')
    const room = new HotRoom({ nid, roomId, rules, source: roomSource(context.store) })
    await context.store.write((w) => insertRoom(w, { nid, roomId, version: rules.id, isPublic: false }))
    context.hotRooms.add(room)
    return room
  })
}

/** What describes a room, as text that can be stored: a JSON array. */
export const descriptionText = (described: readonly unknown[]): string =>
  `[${allStripped(described)
    .map(({ json }) => json)
    .join(',')}]`

const allStripped = (described: readonly unknown[]): Stripped[] =>
  described.slice(0, inviteStateEventsMax).flatMap((value) => strippedOf(value) ?? [])

/** The room's state with what describes it; unchanged where there is nothing. */
async function describedRoot(context: RoomsContext, room: HotRoom, described: readonly unknown[]): Promise<number> {
  const events = allStripped(described)
  const senders = await context.users.internAll(events.map(({ sender }) => sender))
  let root = room.root
  const rows: { readonly event: RoomEvent; readonly slot: number }[] = []
  for (const { json, sender, type, stateKey } of events) {
    const event = new RoomEvent({
      nid: context.store.nextNid('events'),
      roomId: room.roomId,
      eventId: newStrippedId(context.environment),
      senderNid: senders.get(sender) ?? 0,
      ord: undefined,
      depth: 0,
      ts: context.environment.now(),
      snapshot: 0,
      flags: eventFlag.outlier,
      notifyCount: 0,
      highlightCount: 0,
      json,
    })
    const slot = internSlot(context, room, [type, stateKey])
    root = room.arena.set(root, slot, event.nid)
    rows.push({ event, slot })
  }
  await context.store.write((w) => {
    for (const { event, slot } of rows) insertEvent(w, { room, event, slot })
  })
  return root
}

interface Stripped {
  readonly type: string
  readonly stateKey: string
  readonly sender: string
  readonly json: string
}

function strippedOf(value: unknown): Stripped | undefined {
  if (!isObject(value) || !isObject(value['content'])) return undefined
  const [type, stateKey, sender] = ['type', 'state_key', 'sender'].map((name) => stringMember(value, name))
  if (type === undefined || stateKey === undefined || sender === undefined) return undefined
  const json = textOf({
    content: value['content'],
    sender,
    state_key: stateKey,
    type,
    prev_events: [],
    auth_events: [],
  })
  return json === undefined ? undefined : { type, stateKey, sender, json }
}

function textOf(value: JsonObject): string | undefined {
  try {
    return canonicalJson(value, 'lenient')
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined // then it is not shown
    throw error
  }
}
