// Synapse's admin API: registration with a shared secret, which provisioning tools use with any homeserver.
// https://element-hq.github.io/synapse/latest/admin_api/register_api.html
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerName, UserId } from '../identifiers.ts'

/**
 * Returns a nonce for one registration.
 * https://element-hq.github.io/synapse/latest/admin_api/register_api.html
 */
export const getRegistrationNonce = endpoint({
  method: 'GET',
  path: '/_synapse/admin/v1/register',
  auth: 'none',
  rateLimited: true,
  response: Type.Object({ nonce: Type.String() }),
})

/**
 * Registers a user; `mac` is the hexadecimal HMAC-SHA1, keyed with the secret, of the fields joined by NUL.
 * https://element-hq.github.io/synapse/latest/admin_api/register_api.html
 */
export const registerWithSharedSecret = endpoint({
  method: 'POST',
  path: '/_synapse/admin/v1/register',
  auth: 'none',
  rateLimited: true,
  body: Type.Object({
    nonce: Type.String(),
    username: Type.String(),
    password: Type.String(),
    displayname: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    admin: Type.Optional(Type.Boolean()),
    user_type: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    mac: Type.String(),
  }),
  response: Type.Object({
    user_id: UserId,
    access_token: Type.Optional(Type.String()),
    device_id: Type.Optional(Type.String()),
    home_server: ServerName,
  }),
})
