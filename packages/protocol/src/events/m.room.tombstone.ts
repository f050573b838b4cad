// m.room.tombstone, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomtombstone
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../identifiers.ts'
import { event } from './event.ts'

/** Tells that a room was replaced. */
export const RoomTombstoneContent = Type.Object({ body: Type.String(), replacement_room: RoomId })
export type RoomTombstoneContent = Static<typeof RoomTombstoneContent>

/** m.room.tombstone. */
export const roomTombstone = event({
  type: 'm.room.tombstone',
  kind: 'state',
  stateKey: 'empty',
  content: RoomTombstoneContent,
})
