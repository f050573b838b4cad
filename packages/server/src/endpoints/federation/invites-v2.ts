// Invites of users of this server: https://spec.matrix.org/v1.19/server-server-api/#inviting-to-a-room
import { JsonText } from '@myelin/protocol/handlers'
import type * as invites from '@myelin/protocol/server-server/invites-v2'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof invites> = {
  sendInviteV2: async ({ rooms }, { requester, path, body }) => {
    const { event: value, room_version: version, invite_room_state: described = [] } = body
    const event = await rooms.receiveInvite({ ...path, origin: requester.serverName, value, version, described })
    return new JsonText(`{"event":${event}}`)
  },
}
