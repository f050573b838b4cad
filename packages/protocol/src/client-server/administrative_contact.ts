// Third-party identifiers (email addresses, phone numbers) of an account.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { openEnum } from '../open-enum.ts'
import { AuthData } from './definitions/auth_data.ts'
import { RequestEmailValidation } from './definitions/request_email_validation.ts'
import { RequestMsisdnValidation } from './definitions/request_msisdn_validation.ts'
import { RequestTokenResponse } from './definitions/request_token_response.ts'

/**
 * Lists the third-party identifiers of the account.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3account3pid
 */
export const getAccount3PIDs = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/account/3pid',
  auth: 'user',
  response: Type.Object({
    threepids: Type.Optional(
      Type.Array(
        Type.Object({
          medium: openEnum('email', 'msisdn'),
          address: Type.String(),
          validated_at: Type.Integer(),
          added_at: Type.Integer(),
        }),
      ),
    ),
  }),
})

/**
 * Adds a third-party identifier validated at an identity server; superseded by add3PID and bind3PID.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3pid
 */
export const post3PIDs = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid',
  auth: 'user',
  deprecated: '1.0',
  body: Type.Object({
    three_pid_creds: Type.Object({
      client_secret: Type.String(),
      id_server: Type.String(),
      id_access_token: Type.String(),
      sid: Type.String(),
    }),
  }),
  response: Type.Object({ submit_url: Type.Optional(Type.String()) }),
})

/**
 * Adds a validated third-party identifier to the account.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3pidadd
 */
export const add3PID = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/add',
  auth: 'user',
  rateLimited: true,
  interactiveAuth: true,
  body: Type.Object({ auth: Type.Optional(AuthData), client_secret: Type.String(), sid: Type.String() }),
  response: Type.Object({}),
})

/**
 * Binds a third-party identifier to the account through an identity server.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3pidbind
 */
export const bind3PID = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/bind',
  auth: 'user',
  rateLimited: true,
  body: Type.Object({
    client_secret: Type.String(),
    id_server: Type.String(),
    id_access_token: Type.String(),
    sid: Type.String(),
  }),
  response: Type.Object({}),
})

/**
 * Removes a third-party identifier from the account.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3piddelete
 */
export const delete3pidFromAccount = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/delete',
  auth: 'user',
  body: Type.Object({
    id_server: Type.Optional(Type.String()),
    medium: Type.Union([Type.Literal('email'), Type.Literal('msisdn')]),
    address: Type.String(),
  }),
  response: Type.Object({ id_server_unbind_result: openEnum('no-support', 'success') }),
})

/**
 * Unbinds a third-party identifier from its identity server and keeps it in the account.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3pidunbind
 */
export const unbind3pidFromAccount = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/unbind',
  auth: 'user',
  body: Type.Object({
    id_server: Type.Optional(Type.String()),
    medium: Type.Union([Type.Literal('email'), Type.Literal('msisdn')]),
    address: Type.String(),
  }),
  response: Type.Object({ id_server_unbind_result: openEnum('no-support', 'success') }),
})

/**
 * Sends a validation mail to an address that is to join the account.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3pidemailrequesttoken
 */
export const requestTokenTo3PIDEmail = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/email/requestToken',
  auth: 'none',
  body: RequestEmailValidation,
  response: RequestTokenResponse,
})

/**
 * Sends a validation text message to a number that is to join the account.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3account3pidmsisdnrequesttoken
 */
export const requestTokenTo3PIDMSISDN = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/3pid/msisdn/requestToken',
  auth: 'none',
  body: RequestMsisdnValidation,
  response: RequestTokenResponse,
})
