// What joined and left rooms have in common in an answer: timeline and state.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import type { SyncParts, Viewer } from './parts.ts'
import { roomState, type StateSection } from './room-state.ts'
import { readTimeline, type Timeline } from './timeline.ts'
import { timelineToken } from './token.ts'
import { eventsField, type View } from './view.ts'

export interface RoomRange {
  /** The client has the timeline up to here. */
  readonly after: number
  /** The last place that is shown. */
  readonly to: number
  /** From here on the user was in the room without a break: everything is visible. */
  readonly joinedAt: number
  readonly viewer: Viewer
}

/** The user as a reader of a room; `until` when they are gone. */
export const viewerOf = ({ userId, userNid, deviceNid }: View, until?: number): Viewer => ({
  userId,
  userNid,
  deviceNid,
  until,
})

/** The events of a room that the user is shown. */
export function roomTimeline(parts: SyncParts, view: View, room: HotRoom, range: RoomRange): Promise<Timeline> {
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

/** A section and who it is for. */
export interface Shown<Section> {
  readonly view: View
  readonly viewer: Viewer
  readonly section: Section
}

/** `"timeline":{…}` */
export async function timelineField({ rooms }: SyncParts, room: HotRoom, shown: Shown<Timeline>): Promise<string> {
  const timeline = shown.section
  const events = await rooms.serve(room, timeline.events, shown.viewer)
  const rest = `"limited":${timeline.limited},"prev_batch":"${timelineToken(timeline.startsAfter)}"`
  return `"timeline":{"events":[${events.join(',')}],${rest}}`
}

export interface StateRange {
  readonly timeline: Timeline
  readonly to: number
  readonly full: boolean
  readonly alsoMembers: readonly string[]
}

/** The state a room's section holds, filtered. */
export function stateSection(parts: SyncParts, view: View, room: HotRoom, range: StateRange): Promise<StateSection> {
  const { lazyMembers, rooms } = parts
  return roomState(room, { view, ...range, lazyMembers, eventsBefore: rooms.eventsBefore })
}

/** `"state":{…}`, or under the name of `state_after`. */
export async function stateField({ rooms }: SyncParts, room: HotRoom, shown: Shown<StateSection>): Promise<string> {
  const { view, viewer, section } = shown
  const events = view.filter.state.acceptsRoom(room.roomId) ? section.events : []
  return eventsField(view.stateAfter ?? 'state', await rooms.serve(room, events, viewer))
}
