// Account moderation: https://spec.matrix.org/v1.19/client-server-api/#server-administration
import type * as admin from '@myelin/protocol/client-server/admin'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof admin> = {
  getWhoIs: async ({ accounts }, { requester, path }) => ({
    user_id: path.userId,
    devices: await accounts.moderation.whoIs(path.userId, requester),
  }),

  getAdminLockUser: async ({ accounts }, { requester, path }) => {
    const { locked } = await accounts.moderation.get(path.userId, requester)
    return { locked }
  },

  setAdminLockUser: async ({ accounts }, { requester, path, body }) => {
    await accounts.moderation.set(path.userId, requester, { what: 'locked', to: body.locked })
    return { locked: body.locked }
  },

  getAdminSuspendUser: async ({ accounts }, { requester, path }) => {
    const { suspended } = await accounts.moderation.get(path.userId, requester)
    return { suspended }
  },

  setAdminSuspendUser: async ({ accounts }, { requester, path, body }) => {
    await accounts.moderation.set(path.userId, requester, { what: 'suspended', to: body.suspended })
    return { suspended: body.suspended }
  },
}
