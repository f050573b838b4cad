// Events, state and members of a room: https://spec.matrix.org/v1.19/client-server-api/#getting-events-for-a-room
import type * as rooms from '@myelin/protocol/client-server/rooms'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'
import { streamedJson, streamedList } from '../streamed-json.ts'

export const handlers: Handlers<typeof rooms> = {
  getOneRoomEvent: async ({ rooms }, { requester, path }) =>
    new JsonText(await rooms.event(path.roomId, { by: requester, eventId: path.eventId })),

  getRoomStateWithKey: async ({ rooms }, { requester, path, query }) =>
    new JsonText(
      await rooms.stateEvent(path.roomId, {
        by: requester,
        type: path.eventType,
        stateKey: path.stateKey,
        format: query.format,
      }),
    ),

  getRoomState: async ({ rooms }, { requester, path }) =>
    streamedList(await rooms.state(path.roomId, { by: requester })),

  getMembersByRoom: async ({ rooms }, { requester, path, query }) =>
    streamedJson([
      [
        'chunk',
        await rooms.members(path.roomId, {
          by: requester,
          at: query.at,
          membership: query.membership,
          notMembership: query.not_membership,
        }),
      ],
    ]),

  getJoinedMembersByRoom: async ({ rooms }, { requester, path }) => ({
    joined: await rooms.joinedMembers(path.roomId, { by: requester }),
  }),
}
