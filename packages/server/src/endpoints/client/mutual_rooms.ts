// Rooms in common: https://spec.matrix.org/v1.19/client-server-api/#mutual-rooms
import type * as mutualRooms from '@myelin/protocol/client-server/mutual_rooms'
import type { RoomId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof mutualRooms> = {
  getMutualRooms: async ({ rooms }, { requester, query }) => {
    const { roomIds, count, nextBatch } = await rooms.mutualRooms({
      by: requester,
      userId: query.user_id,
      from: query.from,
    })
    return { joined: [...roomIds] as RoomId[], count, ...(nextBatch === undefined ? {} : { next_batch: nextBatch }) }
  },
}
