// Invites in their first form, for rooms of versions 1 and 2: https://spec.matrix.org/v1.19/server-server-api/#inviting-to-a-room
import { JsonText } from '@myelin/protocol/handlers'
import type * as invites from '@myelin/protocol/server-server/invites-v1'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof invites> = {
  sendInviteV1: async ({ rooms }, { requester, path, body }) => {
    const { unsigned, ...value } = body
    const described = unsigned?.invite_room_state ?? []
    const event = await rooms.receiveInvite({ ...path, origin: requester.serverName, value, version: '1', described })
    return new JsonText(`[200,{"event":${event}}]`)
  },
}
