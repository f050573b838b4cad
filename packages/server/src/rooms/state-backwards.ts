// The state before the first of some fetched events, worked out from the state after the last of them. Most events change
// nothing, and memberships and power levels cite what they replace: so the state before a hundred events of a large room
// is known without asking another server for all of it.
import { backfillFrontierEventsMax } from '../federation-limits.ts'
import type { RoomsContext } from './context.ts'
import { rootBeforeEvent } from './dag-state.ts'
import type { HistoryEdge } from './history-edge.ts'
import type { HotRoom } from './hot-room.ts'
import { eventsOfRoom } from './receive.ts'
import { countsAsRejected, eventFlag, type RoomEvent } from './room-event.ts'
import { loadedEvents, previousIds } from './stored-event.ts'

/** An event as it was given, and what it follows. */
export interface PastEvent {
  readonly eventId: string
  readonly value: unknown
  readonly depth: number
  readonly previous: readonly string[]
  readonly cited: readonly string[]
}

export interface Stretch {
  /** Each after those it follows. */
  readonly past: readonly PastEvent[]
  /** Roots of the states before those that follow something that is not here, by event id. */
  readonly states: ReadonlyMap<string, number>
}

interface Backwards {
  readonly room: HotRoom
  readonly past: readonly PastEvent[]
  /** The events, and what they cite, by id. */
  readonly stored: ReadonlyMap<string, RoomEvent>
}

/** The later part of the events, from one that they all come after, with the state before it; undefined if that is little. */
export async function stretchBackwards(
  context: RoomsContext,
  room: HotRoom,
  { edge, past }: { readonly edge: HistoryEdge; readonly past: readonly PastEvent[] },
): Promise<Stretch | undefined> {
  const ids = new Set(past.flatMap(({ eventId, previous, cited }) => [eventId, ...previous, ...cited]))
  const { events } = await eventsOfRoom(context, room, [...ids])
  const stored = new Map(events.map((event) => [event.eventId, event]))
  const given = new Set(past.map(({ eventId }) => eventId))
  const isHere = (eventId: string) => given.has(eventId) || isHistory(stored.get(eventId))
  if (past.every(({ previous }) => previous.every(isHere))) return { past, states: new Map() }
  const after = await rootAfterAll(context, room, edge)
  if (after === undefined) return undefined
  const first = firstKnown({ room, past, stored }, { after, missing: edge.missing })
  const eventId = past[first?.index ?? 0]?.eventId
  if (!first || eventId === undefined || first.index > past.length / 2) return undefined
  return { past: past.slice(first.index), states: new Map([[eventId, first.root]]) }
}

/** The state after all of them: that before the events at the edge, if these agree and follow nothing else. */
async function rootAfterAll(context: RoomsContext, room: HotRoom, edge: HistoryEdge): Promise<number | undefined> {
  const missing = new Set(edge.missing)
  const followsOnlyThem = edge.followers.every(({ json }) => previousIds(json).every((eventId) => missing.has(eventId)))
  if (!followsOnlyThem || missing.size >= backfillFrontierEventsMax) return undefined
  const roots = new Set<number>()
  for (const event of loadedEvents(room, edge.followers))
    if ((event.flags & eventFlag.outlier) === 0) roots.add(await rootBeforeEvent(context, room, event))
  const [root] = roots
  return roots.size === 1 ? root : undefined
}

/**
 * Goes back as far as the state is certain: from one event that all later ones come after to the next such, with nothing
 * but messages between where the way forks.
 */
function firstKnown(
  backwards: Backwards,
  { after, missing }: { readonly after: number; readonly missing: readonly string[] },
): { readonly index: number; readonly root: number } | undefined {
  const { past, stored } = backwards
  const given = new Set(past.map(({ eventId }) => eventId))
  const open = new Set(missing)
  let found: { readonly index: number; readonly root: number } | undefined
  let isCertain = true
  for (const [index, { eventId, previous }] of [...past.entries()].toReversed()) {
    const event = stored.get(eventId)
    if (!event) return found
    if (open.size === 1 && open.has(eventId)) {
      const root = isCertain ? rootBefore(backwards, { event, index, after: found?.root ?? after }) : undefined
      if (root === undefined) return found
      found = { index, root }
    } else if (event.isState) isCertain = false
    open.delete(eventId)
    for (const each of previous) {
      // What is here already has a state of its own.
      if (!given.has(each) && isHistory(stored.get(each))) isCertain = false
      else open.add(each)
    }
  }
  return found
}

const isHistory = (event: RoomEvent | undefined) => event !== undefined && (event.flags & eventFlag.outlier) === 0

interface Undoing {
  readonly event: RoomEvent
  readonly index: number
  readonly after: number
}

/** The state before an event, from the one after it. Undefined where nothing tells what it replaced. */
function rootBefore({ room, past, stored }: Backwards, { event, index, after }: Undoing): number | undefined {
  const slot = event.stateKey === undefined ? undefined : room.slotOf(event.type, event.stateKey)
  // A message, or a state event that was not allowed.
  if (slot === undefined || room.arena.get(after, slot) !== event.nid) return after
  const isSameSlot = (each: RoomEvent | undefined): each is RoomEvent =>
    each !== undefined && each.type === event.type && each.stateKey === event.stateKey && !countsAsRejected(each.flags)
  if (citingTheirOwn.has(event.type)) {
    const replaced = past[index]?.cited.map((eventId) => stored.get(eventId)).find(isSameSlot)
    return room.arena.set(after, slot, replaced?.nid ?? 0)
  }
  const earlier = past.slice(0, index).findLast(({ eventId }) => isSameSlot(stored.get(eventId)))
  const replaced = earlier && stored.get(earlier.eventId)
  return replaced && room.arena.set(after, slot, replaced.nid)
}

/** "The current `m.room.power_levels` event"; "the target's current `m.room.member` event". https://spec.matrix.org/v1.19/server-server-api/#auth-events-selection */
const citingTheirOwn: ReadonlySet<string> = new Set(['m.room.member', 'm.room.power_levels'])
