// Profiles: https://spec.matrix.org/v1.19/client-server-api/#profiles
import type * as profile from '@myelin/protocol/client-server/profile'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof profile> = {
  getUserProfile: ({ accounts }, { path }) => accounts.profiles.get(path.userId),

  getProfileField: ({ accounts }, { path }) => accounts.profiles.getField(path.userId, path.keyName),

  setProfileField: async ({ accounts }, { requester, path, body }) => {
    await accounts.profiles.setField({ requester, userId: path.userId, field: path.keyName }, body)
    return {}
  },

  deleteProfileField: async ({ accounts }, { requester, path }) => {
    await accounts.profiles.deleteField({ requester, userId: path.userId, field: path.keyName })
    return {}
  },
}
