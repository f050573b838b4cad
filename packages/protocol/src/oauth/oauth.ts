// The OAuth 2.0 API. The specification leaves the paths to the server, which publishes them with `getAuthMetadata`;
// these are Myelin's. https://spec.matrix.org/v1.19/client-server-api/#oauth-20-api
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RedirectHeaders } from '../headers.ts'
import { ClientMetadata } from './definitions/client_metadata.ts'

/**
 * Opens the page on which the user signs in and consents; it ends with a redirect that carries a `code`.
 * https://spec.matrix.org/v1.19/client-server-api/#login-flows
 */
export const authorize = endpoint({
  method: 'GET',
  path: '/oauth2/authorize',
  auth: 'none',
  since: '1.15',
  query: Type.Object({
    response_type: Type.String(),
    client_id: Type.String(),
    redirect_uri: Type.String(),
    scope: Type.String(),
    state: Type.Optional(Type.String()),
    response_mode: Type.Optional(Type.String()),
    code_challenge: Type.String(),
    code_challenge_method: Type.String(),
    prompt: Type.Optional(Type.String()),
    login_hint: Type.Optional(Type.String()),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: RedirectHeaders,
})

/**
 * Exchanges an authorization code, a device code or a refresh token for tokens. `expires_in` is seconds.
 * https://spec.matrix.org/v1.19/client-server-api/#token-refresh-flow
 */
export const token = endpoint({
  method: 'POST',
  path: '/oauth2/token',
  auth: 'none',
  since: '1.15',
  formBody: true,
  body: Type.Object({
    grant_type: Type.String(),
    client_id: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    redirect_uri: Type.Optional(Type.String()),
    code_verifier: Type.Optional(Type.String()),
    device_code: Type.Optional(Type.String()),
    refresh_token: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    access_token: Type.String(),
    token_type: Type.String(),
    expires_in: Type.Optional(Type.Integer()),
    refresh_token: Type.Optional(Type.String()),
    scope: Type.Optional(Type.String()),
  }),
})

/**
 * Registers a client (RFC 7591); answers with status 201, and the same client ID for the same metadata.
 * https://spec.matrix.org/v1.19/client-server-api/#dynamic-client-registration-flow
 */
export const registerClient = endpoint({
  method: 'POST',
  path: '/oauth2/registration',
  auth: 'none',
  since: '1.15',
  body: ClientMetadata,
  response: Type.Object({ ...ClientMetadata.properties, client_id: Type.String() }),
})

/**
 * Revokes an access or refresh token together with its sibling (RFC 7009); unknown tokens are no error.
 * https://spec.matrix.org/v1.19/client-server-api/#token-revocation
 */
export const revoke = endpoint({
  method: 'POST',
  path: '/oauth2/revoke',
  auth: 'none',
  since: '1.15',
  formBody: true,
  body: Type.Object({
    token: Type.String(),
    token_type_hint: Type.Optional(Type.String()),
    client_id: Type.Optional(Type.String()),
  }),
  response: Type.Object({}),
})

/**
 * Begins a sign-in that is confirmed on another device (RFC 8628); `expires_in` and `interval` are seconds.
 * https://spec.matrix.org/v1.19/client-server-api/#device-authorisation-flow
 */
export const authorizeDevice = endpoint({
  method: 'POST',
  path: '/oauth2/device',
  auth: 'none',
  since: '1.18',
  formBody: true,
  body: Type.Object({ client_id: Type.String(), scope: Type.String() }),
  response: Type.Object({
    device_code: Type.String(),
    user_code: Type.String(),
    verification_uri: Type.String(),
    verification_uri_complete: Type.Optional(Type.String()),
    expires_in: Type.Integer(),
    interval: Type.Optional(Type.Integer()),
  }),
})

/**
 * Opens the page on which users manage their account.
 * https://spec.matrix.org/v1.19/client-server-api/#account-management-url-parameters
 */
export const manageAccount = endpoint({
  method: 'GET',
  path: '/oauth2/account',
  auth: 'none',
  since: '1.18',
  query: Type.Object({ action: Type.Optional(Type.String()), device_id: Type.Optional(Type.String()) }),
  bytesResponse: true,
  response: Type.Unknown(),
})
