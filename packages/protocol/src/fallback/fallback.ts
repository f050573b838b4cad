// Pages for clients that meet a login or authentication step they do not know.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * A page on which one authentication stage can be completed in a browser.
 * https://spec.matrix.org/v1.19/client-server-api/#fallback
 */
export const authFallback = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/auth/{authType}/fallback/web',
  auth: 'none',
  query: Type.Object({ session: Type.String() }),
  bytesResponse: true,
  response: Type.Unknown(),
})

/**
 * A page on which the whole login can be performed; it hands the login response to the client's script.
 * https://spec.matrix.org/v1.19/client-server-api/#login-fallback
 */
export const loginFallback = endpoint({
  method: 'GET',
  path: '/_matrix/static/client/login/',
  auth: 'none',
  query: Type.Object({
    device_id: Type.Optional(Type.String()),
    initial_device_display_name: Type.Optional(Type.String()),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
})
