// OpenID tokens: https://spec.matrix.org/v1.19/client-server-api/#openid
import type * as openid from '@myelin/protocol/client-server/openid'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof openid> = {
  requestOpenIdToken: ({ accounts }, { requester, path }) =>
    accounts.openId.createToken({ requester, userId: path.userId }),
}
