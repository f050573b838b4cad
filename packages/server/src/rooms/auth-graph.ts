// The auth DAG of a hot room: read once a fork has to be resolved, and kept up with every state event from then on.
import { AuthDag, authFlagsOf } from '@myelin/algorithms/auth-dag'
import { type AuthEvent, type EventReference, referencedIds } from '@myelin/algorithms/event'
import { resolve } from '@myelin/algorithms/state-resolution'
import { stateEventsOfRoom } from '../store/forks.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { Pace } from './pace.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { eventOfRow } from './stored-event.ts'
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

/** Has the next resolution find the event in memory. */
function keepAuthEvent(room: HotRoom, event: RoomEvent): AuthEvent {
  room.authEvents.add(event)
  return event.authEvent
}

/** Brings the auth DAG into memory. */
async function loadAuthDag(context: RoomsContext, room: HotRoom): Promise<AuthDag> {
  // From now on it is told of new events; what is on its way to the disk is read once it is there.
  const dag = (room.authDag ??= new AuthDag())
  room.authDagReady ??= readAuthDag(context, room)
  await room.authDagReady
  return dag
}

async function readAuthDag(context: RoomsContext, room: HotRoom): Promise<void> {
  await context.store.write(() => undefined)
  // What once described the room to somebody invited is part of no graph: the events themselves may have come since.
  const rows = (await stateEventsOfRoom(context.store.read, room.nid)).filter(
    ({ eventId, flags }) => !isStripped(eventId) && (flags & eventFlag.unjudged) === 0,
  )
  const nids = new Map(rows.map((row) => [row.eventId, row.nid]))
  const pace = new Pace(context.environment)
  for (const row of rows) {
    await pace.breathe()
    const { auth_events: cited } = JSON.parse(row.json) as { auth_events: readonly EventReference[] }
    const authNids = referencedIds(cited).flatMap((eventId) => nids.get(eventId) ?? [])
    noteStateEvent(room, eventOfRow(room, row), { slot: row.slot ?? 0, authNids })
  }
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
  if (fresh) loaded.set(fresh.event.nid, keepAuthEvent(room, fresh.event))
  const event = (nid: number) => loaded.get(nid) ?? room.authEvents.get(nid)
  const { arena, rules } = room
  const slotOf = (type: string, stateKey: string) => room.slotOf(type, stateKey)
  for (;;) {
    const resolution = resolve(distinct, { arena, dag, rules, event, slotOf }, room.resolutions)
    if ('root' in resolution) return resolution.root
    const found = await room.events(resolution.missing)
    for (const each of found) loaded.set(each.nid, keepAuthEvent(room, each))
    if (found.length < resolution.missing.length) throw new Error('An event of the auth DAG is not stored')
  }
}
