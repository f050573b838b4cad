// What joined and left rooms have in common in an answer: timeline and state.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import type { SyncParts, Viewer } from './parts.ts'
import { roomState } from './room-state.ts'
import { readTimeline, type Timeline } from './timeline.ts'
import { timelineToken } from './token.ts'
import { eventsField, type View } from './view.ts'

export interface RoomRange {
  readonly room: HotRoom
  /** The client has the timeline up to here. */
  readonly after: number
  /** The last place that is shown. */
  readonly to: number
  /** From here on the user was in the room without a break: everything is visible. */
  readonly joinedAt: number
  readonly viewer: Viewer
}

/** The user as a reader of a room; `until` when they are gone. */
export const viewerOf = ({ userId, userNid, deviceNid }: Omit<Viewer, 'until'>, until?: number): Viewer => ({
  userId,
  userNid,
  deviceNid,
  until,
})

/** The events of a room that the user is shown. */
export function roomTimeline(parts: SyncParts, view: View, range: RoomRange): Promise<Timeline> {
  const { room } = range
  const { timeline: test, timelineLimit } = view.filter
  const shown = (event: RoomEvent) =>
    test.acceptsRoom(room.roomId) &&
    (test.acceptsAll || test.accepts(event)) &&
    (event.stateKey !== undefined || !view.ignored.has(event.sender))
  const visible = (event: RoomEvent) =>
    (event.ord ?? 0) >= range.joinedAt || parts.rooms.isVisible(room, event, range.viewer)
  return readTimeline(room, {
    after: range.after,
    to: range.to,
    limit: timelineLimit,
    accepts: (event) => shown(event) && visible(event),
    eventsBefore: parts.rooms.eventsBefore,
  })
}

export interface ShownTimeline {
  readonly room: HotRoom
  readonly viewer: Viewer
  readonly timeline: Timeline
}

/** `"timeline":{…}` */
export async function timelineField({ rooms }: SyncParts, { room, viewer, timeline }: ShownTimeline): Promise<string> {
  const events = await rooms.serve(room, timeline.events, viewer)
  const rest = `"limited":${timeline.limited},"prev_batch":"${timelineToken(timeline.startsAfter)}"`
  return `"timeline":{"events":[${events.join(',')}],${rest}}`
}

export interface StateRange {
  readonly room: HotRoom
  readonly timeline: Timeline
  readonly to: number
  readonly full: boolean
  readonly alsoMembers: () => Promise<readonly string[]>
}

/** Which state a room's section holds. */
export function stateSection(parts: SyncParts, view: View, { room, ...range }: StateRange): Promise<readonly number[]> {
  const { lazyMembers, rooms } = parts
  return roomState(room, { view, ...range, lazyMembers, eventsBefore: rooms.eventsBefore })
}

export interface ShownState {
  readonly room: HotRoom
  /** Nids of the events, oldest first. */
  readonly state: readonly number[]
}

/** The events of a room's state section that the filter lets through, as JSON texts. */
export async function stateTexts(
  parts: SyncParts,
  view: View,
  { room, state }: ShownState,
): Promise<readonly string[]> {
  const { state: test } = view.filter
  if (state.length === 0 || !test.acceptsRoom(room.roomId)) return []
  return parts.rooms.serveState(room, state, (event) => test.acceptsAll || test.accepts(event))
}

/** `"state":{…}`, or under the name of `state_after`. */
export const stateField = (view: View, texts: readonly string[]): string =>
  eventsField(view.stateAfter ?? 'state', texts)
