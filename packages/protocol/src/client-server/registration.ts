// Registering accounts.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerName, UserId } from '../identifiers.ts'
import { AuthData } from './definitions/auth_data.ts'
import { RequestEmailValidation } from './definitions/request_email_validation.ts'
import { RequestMsisdnValidation } from './definitions/request_msisdn_validation.ts'
import { RequestTokenResponse } from './definitions/request_token_response.ts'

/** Registers a user or a guest. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3register */
export const register = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/register',
  auth: 'none',
  rateLimited: true,
  interactiveAuth: true,
  query: Type.Object({ kind: Type.Optional(Type.Union([Type.Literal('guest'), Type.Literal('user')])) }),
  body: Type.Object({
    auth: Type.Optional(AuthData),
    username: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    device_id: Type.Optional(Type.String()),
    initial_device_display_name: Type.Optional(Type.String()),
    inhibit_login: Type.Optional(Type.Boolean()),
    refresh_token: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({
    user_id: UserId,
    access_token: Type.Optional(Type.String()),
    refresh_token: Type.Optional(Type.String()),
    expires_in_ms: Type.Optional(Type.Integer()),
    home_server: Type.Optional(ServerName),
    device_id: Type.Optional(Type.String()),
  }),
})

/**
 * Sends a validation mail to an address used to register.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3registeremailrequesttoken
 */
export const requestTokenToRegisterEmail = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/register/email/requestToken',
  auth: 'none',
  body: RequestEmailValidation,
  response: RequestTokenResponse,
})

/**
 * Sends a validation text message to a number used to register.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3registermsisdnrequesttoken
 */
export const requestTokenToRegisterMSISDN = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/register/msisdn/requestToken',
  auth: 'none',
  body: RequestMsisdnValidation,
  response: RequestTokenResponse,
})

/**
 * Tells whether a user name is free and valid.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3registeravailable
 */
export const checkUsernameAvailability = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/register/available',
  auth: 'none',
  rateLimited: true,
  query: Type.Object({ username: Type.String() }),
  response: Type.Object({ available: Type.Optional(Type.Boolean()) }),
})
