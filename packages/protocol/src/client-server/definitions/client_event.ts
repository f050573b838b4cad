// Schema `client_event` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../../identifiers.ts'
import { ClientEventWithoutRoomId } from './client_event_without_room_id.ts'

/** An event as clients receive it, with its room. */
export const ClientEvent = Type.Object({ ...ClientEventWithoutRoomId.properties, room_id: RoomId })
export type ClientEvent = Static<typeof ClientEvent>
