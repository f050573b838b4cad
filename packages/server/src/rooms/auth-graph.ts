// The auth DAG of a hot room: read once a fork has to be resolved, and kept up with every state event from then on.
import { AuthDag, authFlagsOf } from '@myelin/algorithms/auth-dag'
import { type AuthEvent, type Pdu, referencedIds } from '@myelin/algorithms/event'
import { resolve } from '@myelin/algorithms/state-resolution'
import { importedEventsPerWrite } from '../federation-limits.ts'
import { type StateEventRow, stateEventsOfRoom } from '../store/forks.ts'
import type { Reader } from '../store/store.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { Pace } from '../federation/pace.ts'
import { countsAsRejected, eventFlag, type RoomEvent } from './room-event.ts'
import { isStripped } from './stripped-state.ts'

export interface NotedEvent {
  readonly slot: number
  /** Nids of the events it cites. */
  readonly authNids: readonly number[]
  /** Where that is not yet written in the event. */
  readonly isRejected?: boolean
}

/** Adds a state event to the auth DAG, if the room has one in memory. */
export function noteStateEvent(room: HotRoom, event: RoomEvent, { slot, authNids, isRejected }: NotedEvent): void {
  const { nid, ts: originServerTs, depth } = event
  const authEvent = isRejected === undefined ? event.authEvent : { ...event.authEvent, rejected: isRejected }
  room.authDag?.append({ nid, slot, originServerTs, depth, flags: authFlagsOf(authEvent) }, authNids)
}

/** Brings the auth DAG into memory. */
export async function loadAuthDag(context: RoomsContext, room: HotRoom): Promise<AuthDag> {
  // From now on it is told of new events; what is on its way to the disk is read once it is there.
  const dag = (room.authDag ??= new AuthDag())
  room.authDagReady ??= readAuthDag(context, room)
  await room.authDagReady
  return dag
}

/** A room of which no state event is stored has an empty auth DAG: kept up from now on, it never has to be read. */
export function beginAuthDag(room: HotRoom): void {
  if (room.authDag || room.slotCount > 0) return
  room.authDag = new AuthDag()
  room.authDagReady = Promise.resolve()
}

async function readAuthDag(context: RoomsContext, room: HotRoom): Promise<void> {
  const { store, environment } = context
  await store.write(() => undefined)
  const nids = new Map<string, number>()
  const pace = new Pace(environment)
  // What cites events that came after it: these are read first.
  const early: StateEventRow[] = []
  for (let rows = await statePage(store.read, room, 0); rows.length > 0;) {
    for (const row of rows) {
      // What once described the room to somebody invited is part of no graph: the events themselves may have come since.
      if (isStripped(row.eventId) || (row.flags & eventFlag.unjudged) !== 0) continue
      nids.set(row.eventId, row.nid)
      if (!noteRow(room, row, { nids, isLast: false })) early.push(row)
      await pace.breathe()
    }
    rows = await statePage(store.read, room, rows.at(-1)?.nid ?? 0)
  }
  for (const row of early) {
    noteRow(room, row, { nids, isLast: true })
    await pace.breathe()
  }
}

const statePage = (read: Reader, room: HotRoom, after: number) =>
  stateEventsOfRoom(read, room.nid, { after, limit: importedEventsPerWrite })

/** Adds the event of a row; false if something that it cites is not known, unless that will never be. */
function noteRow(
  { authDag }: HotRoom,
  { nid, slot, ts: originServerTs, depth, flags, json }: StateEventRow,
  { nids, isLast }: { readonly nids: ReadonlyMap<string, number>; readonly isLast: boolean },
): boolean {
  const pdu = JSON.parse(json) as Pdu
  const cited = referencedIds(pdu.auth_events)
  const authNids = cited.flatMap((eventId) => nids.get(eventId) ?? [])
  if (authNids.length < cited.length && !isLast) return false
  const { type, state_key: stateKey, sender, content } = pdu
  const event = { type, stateKey, sender, content, rejected: countsAsRejected(flags) }
  authDag?.append({ nid, slot, originServerTs, depth, flags: authFlagsOf(event) }, authNids)
  return true
}

/** A state event that the store does not have yet. */
export interface FreshEvent {
  readonly event: RoomEvent
  readonly slot: number
  readonly authNids: readonly number[]
}

/** One state out of several. */
export async function resolveStates(
  context: RoomsContext,
  room: HotRoom,
  { roots, fresh }: { readonly roots: readonly number[]; readonly fresh?: FreshEvent | undefined },
): Promise<number> {
  const distinct = [...new Set(roots)]
  if (distinct.length === 1 && distinct[0] !== undefined) return distinct[0]
  const dag = await loadAuthDag(context, room)
  if (fresh) noteStateEvent(room, fresh.event, fresh)
  const loaded = new Map<number, AuthEvent>()
  // It is kept once it is written.
  if (fresh) loaded.set(fresh.event.nid, fresh.event.authEvent)
  const event = (nid: number) => loaded.get(nid) ?? room.authEvents.get(nid)?.authEvent
  const { arena, rules } = room
  const slotOf = (type: string, stateKey: string) => room.slotOf(type, stateKey)
  for (;;) {
    const resolution = resolve(distinct, { arena, dag, rules, event, slotOf }, room.resolutions)
    if ('root' in resolution) return resolution.root
    const found = await room.events(resolution.missing)
    for (const each of found) {
      loaded.set(each.nid, each.authEvent)
      room.authEvents.add(each)
    }
    if (found.length < resolution.missing.length) throw new Error('An event of the auth DAG is not stored')
  }
}
