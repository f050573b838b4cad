// Who an OpenID token belongs to: https://spec.matrix.org/v1.19/server-server-api/#openid
import { MatrixError } from '@myelin/protocol/errors'
import type * as openid from '@myelin/protocol/server-server/openid'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof openid> = {
  exchangeOpenIdToken: async ({ accounts }, { query }) => {
    const { access_token: token } = query
    if (token === undefined) throw new MatrixError('M_MISSING_TOKEN', 'An OpenID token is needed')
    const sub = await accounts.openId.owner(token)
    if (sub === undefined)
      throw new MatrixError('M_UNKNOWN_TOKEN', 'The OpenID token is unknown or has expired', { status: 401 })
    return { sub }
  },
}
