// Single sign-on with the legacy authentication API.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RedirectHeaders } from '../headers.ts'

/**
 * Sends the browser to the single sign-on page.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3loginssoredirect
 */
export const redirectToSSO = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/login/sso/redirect',
  auth: 'none',
  since: '1.1',
  query: Type.Object({
    redirectUrl: Type.String(),
    action: Type.Optional(Type.Union([Type.Literal('login'), Type.Literal('register')])),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: RedirectHeaders,
})

/**
 * Sends the browser to the single sign-on page of one identity provider.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3loginssoredirectidpid
 */
export const redirectToIdP = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/login/sso/redirect/{idpId}',
  auth: 'none',
  since: '1.1',
  query: Type.Object({
    redirectUrl: Type.String(),
    action: Type.Optional(Type.Union([Type.Literal('login'), Type.Literal('register')])),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: RedirectHeaders,
})
