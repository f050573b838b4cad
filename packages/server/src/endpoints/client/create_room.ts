// Creating a room: https://spec.matrix.org/v1.19/client-server-api/#creation
import type * as createRoom from '@myelin/protocol/client-server/create_room'
import type { RoomId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'
import { profiles } from '../profile.ts'

export const handlers: Handlers<typeof createRoom> = {
  createRoom: async ({ config, rooms }, { requester, body }) => {
    const request = { room_version: config.defaultRoomVersion, ...profiles[config.profile].newRoom(body) }
    return { room_id: (await rooms.create({ by: requester, request })) as RoomId }
  },
}
