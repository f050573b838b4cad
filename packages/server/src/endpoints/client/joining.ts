// Joining rooms: https://spec.matrix.org/v1.19/client-server-api/#joining-rooms
import type * as joining from '@myelin/protocol/client-server/joining'
import type { RoomId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof joining> = {
  joinRoomById: async ({ rooms }, { requester, path, body }) => ({
    room_id: (await rooms.join(path.roomId, {
      by: requester,
      reason: body.reason,
      invite: body.third_party_signed,
    })) as RoomId,
  }),

  joinRoom: async ({ rooms }, { requester, path, query, body }) => {
    // `server_name` is what `via` was called before 1.12.
    const servers = query.via ?? query.server_name
    const options = { by: requester, reason: body.reason, servers, invite: body.third_party_signed }
    return { room_id: (await rooms.join(path.roomIdOrAlias, options)) as RoomId }
  },
}
