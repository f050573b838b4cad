// Replacing rooms: https://spec.matrix.org/v1.19/client-server-api/#room-upgrades
import type * as roomUpgrades from '@myelin/protocol/client-server/room_upgrades'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof roomUpgrades> = {
  upgradeRoom: async ({ rooms }, { requester, path, body }) => ({
    replacement_room: await rooms.upgrade(path.roomId, {
      by: requester,
      version: body.new_version,
      additionalCreators: body.additional_creators,
    }),
  }),
}
