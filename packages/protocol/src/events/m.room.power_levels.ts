// m.room.power_levels, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../map-of.ts'
import { event } from './event.ts'

/** Who may do what in a room. */
export const RoomPowerLevelsContent = Type.Object({
  ban: Type.Optional(Type.Integer()),
  events: Type.Optional(mapOf(Type.Integer())),
  events_default: Type.Optional(Type.Integer()),
  invite: Type.Optional(Type.Integer()),
  kick: Type.Optional(Type.Integer()),
  redact: Type.Optional(Type.Integer()),
  state_default: Type.Optional(Type.Integer()),
  users: Type.Optional(mapOf(Type.Integer())),
  users_default: Type.Optional(Type.Integer()),
  notifications: Type.Optional(mapOf(Type.Integer())),
})
export type RoomPowerLevelsContent = Static<typeof RoomPowerLevelsContent>

/** m.room.power_levels. */
export const roomPowerLevels = event({
  type: 'm.room.power_levels',
  kind: 'state',
  stateKey: 'empty',
  content: RoomPowerLevelsContent,
})
