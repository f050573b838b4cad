// Knocking on rooms: https://spec.matrix.org/v1.19/client-server-api/#knocking-on-rooms
import type * as knocking from '@myelin/protocol/client-server/knocking'
import type { RoomId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof knocking> = {
  knockRoom: async ({ rooms }, { requester, path, query, body }) => ({
    room_id: (await rooms.knock(path.roomIdOrAlias, {
      by: requester,
      reason: body.reason,
      servers: query.via ?? query.server_name,
    })) as RoomId,
  }),
}
