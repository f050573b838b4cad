// The rooms a user is in: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3joined_rooms
import type * as listJoinedRooms from '@myelin/protocol/client-server/list_joined_rooms'
import type { RoomId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof listJoinedRooms> = {
  getJoinedRooms: async ({ rooms }, { requester }) => ({
    joined_rooms: (await rooms.joinedRooms({ by: requester })) as RoomId[],
  }),
}
