// Room aliases: https://spec.matrix.org/v1.19/client-server-api/#room-aliases
import type * as directory from '@myelin/protocol/client-server/directory'
import type { RoomAlias, RoomId, ServerName } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof directory> = {
  setRoomAlias: async ({ rooms }, { requester, path, body }) => {
    await rooms.setAlias(path.roomAlias, { by: requester, roomId: body.room_id })
    return {}
  },

  getRoomIdByAlias: async ({ rooms }, { path }) => {
    const { roomId, servers } = await rooms.resolveAlias(path.roomAlias)
    return { room_id: roomId as RoomId, servers: [...servers] as ServerName[] }
  },

  deleteRoomAlias: async ({ rooms }, { requester, path }) => {
    await rooms.deleteAlias(path.roomAlias, { by: requester })
    return {}
  },

  getLocalAliases: async ({ rooms }, { requester, path }) => ({
    aliases: (await rooms.localAliases(path.roomId, { by: requester })) as RoomAlias[],
  }),
}
