// The room directory, for other servers: https://spec.matrix.org/v1.19/server-server-api/#published-room-directory
import { JsonText } from '@myelin/protocol/handlers'
import type * as publicRooms from '@myelin/protocol/server-server/public_rooms'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof publicRooms> = {
  getPublicRooms: async ({ rooms }, { query: { limit, since } }) =>
    new JsonText(await rooms.publicRooms({ limit, since })),

  queryPublicRooms: async ({ rooms }, { body: { limit, since, filter } }) => {
    const searchTerm = filter?.generic_search_term ?? undefined
    return new JsonText(await rooms.publicRooms({ limit, since, searchTerm, roomTypes: filter?.room_types }))
  },
}
