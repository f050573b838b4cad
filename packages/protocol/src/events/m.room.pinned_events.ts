// m.room.pinned_events, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroompinned_events
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId } from '../identifiers.ts'
import { event } from './event.ts'

/** The pinned events of a room. */
export const RoomPinnedEventsContent = Type.Object({ pinned: Type.Array(EventId) })
export type RoomPinnedEventsContent = Static<typeof RoomPinnedEventsContent>

/** m.room.pinned_events. */
export const roomPinnedEvents = event({
  type: 'm.room.pinned_events',
  kind: 'state',
  stateKey: 'empty',
  content: RoomPinnedEventsContent,
})
