// m.room.name, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomname
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** The name of a room. */
export const RoomNameContent = Type.Object({ name: Type.String() })
export type RoomNameContent = Static<typeof RoomNameContent>

/** m.room.name. */
export const roomName = event({ type: 'm.room.name', kind: 'state', stateKey: 'empty', content: RoomNameContent })
