// Tags of rooms: https://spec.matrix.org/v1.19/client-server-api/#room-tagging
import type * as tags from '@myelin/protocol/client-server/tags'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof tags> = {
  getRoomTags: async ({ accounts }, { requester, path }) => ({
    tags: await accounts.tags.get({ requester, ...path }),
  }),

  setRoomTag: async ({ accounts }, { requester, path, body }) => {
    await accounts.tags.set({ requester, ...path }, path.tag, body)
    return {}
  },

  deleteRoomTag: async ({ accounts }, { requester, path }) => {
    await accounts.tags.delete({ requester, ...path }, path.tag)
    return {}
  },
}
