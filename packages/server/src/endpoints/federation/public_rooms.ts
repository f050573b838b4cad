// The room directory, for other servers: https://spec.matrix.org/v1.19/server-server-api/#published-room-directory
import { JsonText } from '@myelin/protocol/handlers'
import type * as publicRooms from '@myelin/protocol/server-server/public_rooms'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof publicRooms> = {
  getPublicRooms: async ({ rooms }, { query: { limit, since, third_party_instance_id: thirdPartyInstanceId } }) =>
    new JsonText(await rooms.publicRooms({ limit, since, thirdPartyInstanceId })),

  queryPublicRooms: async ({ rooms }, { body: { limit, since, filter, third_party_instance_id: instance } }) => {
    const searchTerm = filter?.generic_search_term ?? undefined
    const asked = { limit, since, searchTerm, roomTypes: filter?.room_types, thirdPartyInstanceId: instance }
    return new JsonText(await rooms.publicRooms(asked))
  },
}
