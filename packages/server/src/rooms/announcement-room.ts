// Rooms in which a project announces: everybody may come and read, and only those with a power level may speak.
import { MatrixError } from '@myelin/protocol/errors'
import { presetOf, type CreateRoomRequest } from './initial-state.ts'

/** The power level of whoever joins: below `events_default` and `invite`, which are 0. */
const usersDefault = -1

/**
 * The request with power levels that let nobody but the creator speak, where it says nothing else. Throws
 * `M_FORBIDDEN` unless everybody may join the room, and `M_INVALID_ROOM_STATE` unless it gets an alias.
 */
export function announcementRoom(request: CreateRoomRequest): CreateRoomRequest {
  if (presetOf(request) !== 'public_chat')
    throw new MatrixError('M_FORBIDDEN', 'Rooms of this server are public: ask for "visibility": "public"')
  if (request.room_alias_name === undefined)
    throw new MatrixError('M_INVALID_ROOM_STATE', 'Rooms of this server have an alias: give a room_alias_name')
  const power_level_content_override = { users_default: usersDefault, ...request.power_level_content_override }
  return { ...request, power_level_content_override }
}
