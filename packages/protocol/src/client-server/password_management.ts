// Changing and resetting the password.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { AuthData } from './definitions/auth_data.ts'
import { RequestEmailValidation } from './definitions/request_email_validation.ts'
import { RequestMsisdnValidation } from './definitions/request_msisdn_validation.ts'
import { RequestTokenResponse } from './definitions/request_token_response.ts'

/**
 * Changes the password of the user.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpassword
 */
export const changePassword = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/password',
  auth: 'user?',
  rateLimited: true,
  interactiveAuth: true,
  body: Type.Object({
    new_password: Type.String(),
    logout_devices: Type.Optional(Type.Boolean()),
    auth: Type.Optional(AuthData),
  }),
  response: Type.Object({}),
})

/**
 * Sends a validation mail for a password reset.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpasswordemailrequesttoken
 */
export const requestTokenToResetPasswordEmail = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/password/email/requestToken',
  auth: 'none',
  body: RequestEmailValidation,
  response: RequestTokenResponse,
})

/**
 * Sends a validation text message for a password reset.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpasswordmsisdnrequesttoken
 */
export const requestTokenToResetPasswordMSISDN = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/password/msisdn/requestToken',
  auth: 'none',
  body: RequestMsisdnValidation,
  response: RequestTokenResponse,
})
