// Logging in with the legacy authentication API.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerName, UserId } from '../identifiers.ts'
import { LoginFlow } from './definitions/login_flow.ts'
import { UserIdentifier } from './definitions/user_identifier.ts'
import { WellKnown } from './definitions/wellknown.ts'

/** Lists the ways to log in. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3login */
export const getLoginFlows = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/login',
  auth: 'none',
  rateLimited: true,
  response: Type.Object({
    flows: Type.Optional(Type.Array(LoginFlow)),
  }),
})

/**
 * Logs in and returns an access token for a device.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3login
 */
export const login = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/login',
  auth: 'none',
  rateLimited: true,
  body: Type.Object({
    type: Type.String(),
    identifier: Type.Optional(UserIdentifier),
    user: Type.Optional(Type.String()),
    medium: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    token: Type.Optional(Type.String()),
    device_id: Type.Optional(Type.String()),
    initial_device_display_name: Type.Optional(Type.String()),
    refresh_token: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({
    user_id: UserId,
    access_token: Type.String(),
    refresh_token: Type.Optional(Type.String()),
    expires_in_ms: Type.Optional(Type.Integer()),
    home_server: Type.Optional(ServerName),
    device_id: Type.String(),
    well_known: Type.Optional(WellKnown),
  }),
})
