// E-mail addresses: proving that one owns them.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientSecret } from './definitions/client_secret.ts'
import { RequestEmailValidation } from './definitions/request_email_validation.ts'
import { Sid } from './definitions/sid.ts'

/**
 * Sends a validation token.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2validateemailrequesttoken
 */
export const emailRequestTokenV2 = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/validate/email/requestToken',
  auth: 'is-token',
  body: RequestEmailValidation,
  response: Sid,
})

/**
 * Validates an address with the token that was sent to it.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2validateemailsubmittoken
 */
export const emailSubmitTokenPostV2 = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/validate/email/submitToken',
  auth: 'is-token',
  body: Type.Object({ sid: Type.String(), client_secret: ClientSecret, token: Type.String() }),
  response: Type.Object({ success: Type.Boolean() }),
})

/**
 * Validates an address in a browser; answers with a page, or a redirect to the `next_link`.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2validateemailsubmittoken
 */
export const emailSubmitTokenGetV2 = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/validate/email/submitToken',
  auth: 'is-token',
  query: Type.Object({ sid: Type.String(), client_secret: ClientSecret, token: Type.String() }),
  bytesResponse: true,
  response: Type.Unknown(),
})
