// The power levels of a hot room as they are now.
import { type PowerLevels, powerLevels } from '@myelin/algorithms/power-levels'
import { creatorsOf } from '@myelin/algorithms/room-creators'
import { MatrixError } from '@myelin/protocol/errors'
import type { HotRoom } from './hot-room.ts'

/** Current power levels; creators are privileged as the room version says. */
export function powerLevelsOf(room: HotRoom): PowerLevels {
  return powerLevels(room.state('m.room.power_levels')?.content, { rules: room.rules, creators: creators(room) })
}

/** Creators of the room, the sender of the create event first. */
export function creators(room: HotRoom): readonly string[] {
  const create = room.state('m.room.create')
  return create ? creatorsOf(create.authEvent, room.rules) : []
}

/** Throws M_FORBIDDEN unless the user may send state events of this type. */
export function requireStatePower(room: HotRoom, userId: string, type: string): void {
  const levels = powerLevelsOf(room)
  if (levels.of(userId) < levels.required(type, true))
    throw new MatrixError('M_FORBIDDEN', `You lack the power to send ${type} in this room`)
}
