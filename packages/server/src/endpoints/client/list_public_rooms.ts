// The published room directory: https://spec.matrix.org/v1.19/client-server-api/#published-room-directory
import type * as listPublicRooms from '@myelin/protocol/client-server/list_public_rooms'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof listPublicRooms> = {
  getRoomVisibilityOnDirectory: async ({ rooms }, { path }) => ({
    visibility: await rooms.directoryVisibility(path.roomId),
  }),

  setRoomVisibilityOnDirectory: async ({ rooms }, { requester, path, body }) => {
    await rooms.setDirectoryVisibility(path.roomId, { by: requester, visibility: body.visibility ?? 'public' })
    return {}
  },

  getPublicRooms: async ({ rooms }, { query }) => new JsonText(await rooms.publicRooms(query)),

  queryPublicRooms: async ({ rooms }, { query, body }) =>
    new JsonText(
      await rooms.publicRooms({
        limit: body.limit,
        since: body.since,
        server: query.server,
        searchTerm: body.filter?.generic_search_term,
        roomTypes: body.filter?.room_types,
        includeAllNetworks: body.include_all_networks,
        thirdPartyInstanceId: body.third_party_instance_id,
      }),
    ),
}
