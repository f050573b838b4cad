// Passwords: https://spec.matrix.org/v1.19/client-server-api/#password-management
import type * as passwordManagement from '@myelin/protocol/client-server/password_management'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof passwordManagement> = {
  changePassword: async ({ accounts }, { requester, body }) => {
    await accounts.changePassword({
      requester,
      newPassword: body.new_password,
      logoutDevices: body.logout_devices ?? true,
      auth: body.auth,
    })
    return {}
  },

  requestTokenToResetPasswordEmail: async () => {
    throw new MatrixError('M_THREEPID_NOT_FOUND', 'This server knows no email addresses')
  },

  requestTokenToResetPasswordMSISDN: async () => {
    throw new MatrixError('M_THREEPID_NOT_FOUND', 'This server knows no phone numbers')
  },
}
