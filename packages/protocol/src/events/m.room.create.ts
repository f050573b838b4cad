// m.room.create, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomcreate
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId, RoomId, UserId } from '../identifiers.ts'
import { event } from './event.ts'

/** The first event of a room: version, type, creators. */
export const RoomCreateContent = Type.Object({
  creator: Type.Optional(UserId),
  'm.federate': Type.Optional(Type.Boolean()),
  room_version: Type.Optional(Type.String()),
  type: Type.Optional(Type.String()),
  predecessor: Type.Optional(Type.Object({ room_id: RoomId, event_id: Type.Optional(EventId) })),
  additional_creators: Type.Optional(Type.Array(UserId)),
})
export type RoomCreateContent = Static<typeof RoomCreateContent>

/** m.room.create. */
export const roomCreate = event({ type: 'm.room.create', kind: 'state', stateKey: 'empty', content: RoomCreateContent })
