// Schema `state_event_batch` of the client-server API.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ClientEventWithoutRoomId } from './client_event_without_room_id.ts'

/** State events of a room. */
export const StateEventBatch = Type.Object({ events: Type.Optional(Type.Array(ClientEventWithoutRoomId)) })
export type StateEventBatch = Static<typeof StateEventBatch>
