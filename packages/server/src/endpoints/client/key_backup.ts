// Key backups: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
import { JsonText } from '@myelin/protocol/handlers'
import type * as keyBackup from '@myelin/protocol/client-server/key_backup'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof keyBackup> = {
  postRoomKeysVersion: async ({ encryption }, { requester, body }) => ({
    version: await encryption.backups.create(requester, body),
  }),
  getRoomKeysVersionCurrent: ({ encryption }, { requester }) => encryption.backups.describe(requester),
  getRoomKeysVersion: ({ encryption }, { requester, path }) => encryption.backups.describe(requester, path.version),
  putRoomKeysVersion: async ({ encryption }, { requester, path, body }) => {
    await encryption.backups.update(requester, { version: path.version, info: body })
    return {}
  },
  deleteRoomKeysVersion: async ({ encryption }, { requester, path }) => {
    await encryption.backups.delete(requester, path.version)
    return {}
  },

  putRoomKeys: ({ encryption }, { requester, query, body }) =>
    encryption.backups.backUp(requester, { version: query.version, rooms: body.rooms }),
  putRoomKeysByRoomId: ({ encryption }, { requester, path, query, body }) =>
    encryption.backups.backUp(requester, { version: query.version, rooms: { [path.roomId]: body } }),
  putRoomKeyBySessionId: ({ encryption }, { requester, path, query, body }) => {
    const rooms = { [path.roomId]: { sessions: { [path.sessionId]: body } } }
    return encryption.backups.backUp(requester, { version: query.version, rooms })
  },

  getRoomKeys: async ({ encryption }, { requester, query }) =>
    new JsonText(await encryption.backups.read(requester, query.version)),
  getRoomKeysByRoomId: async ({ encryption }, { requester, path, query }) =>
    new JsonText(await encryption.backups.readRoom(requester, { ...path, ...query })),
  getRoomKeyBySessionId: async ({ encryption }, { requester, path, query }) =>
    new JsonText(await encryption.backups.readSession(requester, { ...path, ...query })),

  deleteRoomKeys: ({ encryption }, { requester, query }) => encryption.backups.removeSessions(requester, query),
  deleteRoomKeysByRoomId: ({ encryption }, { requester, path, query }) =>
    encryption.backups.removeSessions(requester, { ...path, ...query }),
  deleteRoomKeyBySessionId: ({ encryption }, { requester, path, query }) =>
    encryption.backups.removeSessions(requester, { ...path, ...query }),
}
