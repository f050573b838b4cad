// Myelin's admin API: accounts.
import type * as users from '@myelin/protocol/admin/users'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof users> = {
  createUser: async ({ accounts }, { requester, body }) => {
    if (!requester.isAdmin) throw new MatrixError('M_FORBIDDEN', 'Only an administrator of this server may do that')
    const { localpart, ...options } = body
    return { user_id: await accounts.createUser(localpart, options) }
  },

  resetPassword: async ({ accounts }, { requester, path, body }) => {
    await accounts.resetPassword(path.userId, {
      by: requester,
      newPassword: body.new_password,
      logoutDevices: body.logout_devices ?? true,
    })
    return {}
  },

  deactivateUser: async ({ accounts }, { requester, path, body }) => {
    await accounts.deactivateUser(path.userId, { by: requester, erase: body.erase ?? false })
    return {}
  },
}
