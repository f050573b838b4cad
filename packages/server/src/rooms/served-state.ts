// State as clients get it: whole lists of state events, which may be long, read and served in slices that leave room for
// others. What `unsigned` says about the moment of an event is left to timelines: it would take a past state per event.
import { stateEventsPerSlice } from '../limits.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { type RoomEvent, spliceLast } from './room-event.ts'

export interface StateToServe {
  /** State events; 0 stands for none. */
  readonly nids: readonly number[]
  readonly accepts?: (event: RoomEvent) => boolean
}

/** JSON texts of state events, in order. */
export const serveState = (context: RoomsContext, room: HotRoom, state: StateToServe): Promise<string[]> =>
  Array.fromAsync(streamServedState(context, room, state))

/** The same one by one: of a long state a few are in memory at a time. */
export async function* streamServedState(
  context: RoomsContext,
  room: HotRoom,
  state: StateToServe,
): AsyncGenerator<string, void> {
  for await (const events of stateSlices(context, room, state.nids)) {
    const accepted = state.accepts ? events.filter(state.accepts) : events
    const redactions = await redactionsOf(room, accepted)
    for (const event of accepted) yield textOf(event, redactions, context.environment.now())
  }
}

/** The events of many nids, some at a time, with a turn of the event loop in between. */
export async function* stateSlices(
  { environment }: RoomsContext,
  room: HotRoom,
  nids: readonly number[],
): AsyncGenerator<RoomEvent[], void> {
  const some = nids.filter((nid) => nid !== 0)
  for (let from = 0; from < some.length; from += stateEventsPerSlice) {
    if (from > 0) await new Promise<void>((resolve) => void environment.timer(0, resolve))
    yield room.events(some.slice(from, from + stateEventsPerSlice))
  }
}

async function redactionsOf(room: HotRoom, events: readonly RoomEvent[]): Promise<ReadonlyMap<number, RoomEvent>> {
  const nids = events.flatMap((event) => event.redactedBy ?? [])
  return new Map(nids.length === 0 ? [] : (await room.events(nids)).map((event) => [event.nid, event]))
}

function textOf(event: RoomEvent, redactions: ReadonlyMap<number, RoomEvent>, now: number): string {
  const redaction = event.redactedBy === undefined ? undefined : redactions.get(event.redactedBy)
  const because = redaction ? `,"redacted_because":${redaction.clientJson()}` : ''
  return spliceLast(event.clientJson(), `"unsigned":{"age":${Math.max(0, now - event.ts)}${because}}`)
}
