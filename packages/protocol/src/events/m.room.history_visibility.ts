// m.room.history_visibility, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomhistory_visibility
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Who may read the history of a room. */
export const RoomHistoryVisibilityContent = Type.Object({
  history_visibility: Type.Union([
    Type.Literal('invited'),
    Type.Literal('joined'),
    Type.Literal('shared'),
    Type.Literal('world_readable'),
  ]),
})
export type RoomHistoryVisibilityContent = Static<typeof RoomHistoryVisibilityContent>

/** m.room.history_visibility. */
export const roomHistoryVisibility = event({
  type: 'm.room.history_visibility',
  kind: 'state',
  stateKey: 'empty',
  content: RoomHistoryVisibilityContent,
})
