// Myelin's admin API: the tokens that people must know to register on a server with `registration: token`.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

const RegistrationToken = Type.Object({
  token: Type.String(),
  /** How many accounts it may make; null for any number. */
  uses_allowed: Type.Union([Type.Integer(), Type.Null()]),
  /** How many it has made. */
  completed: Type.Integer(),
  /** Milliseconds since the epoch; null for never. */
  expiry_time: Type.Union([Type.Integer(), Type.Null()]),
})

/** Lists the registration tokens. `M_FORBIDDEN` unless the caller may administer the server; likewise the others. */
export const listRegistrationTokens = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/registration-tokens',
  auth: 'user',
  response: Type.Object({ registration_tokens: Type.Array(RegistrationToken) }),
})

/** Makes a registration token, random unless it is given. `M_INVALID_PARAM` when it exists or cannot be one. */
export const createRegistrationToken = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/registration-tokens',
  auth: 'user',
  body: Type.Object({
    token: Type.Optional(Type.String()),
    uses_allowed: Type.Optional(Type.Integer({ minimum: 1 })),
    expiry_time: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  response: Type.Object({ token: Type.String() }),
})

/** Removes a registration token; accounts made with it stay. `M_NOT_FOUND`. */
export const deleteRegistrationToken = endpoint({
  method: 'DELETE',
  path: '/_myelin/admin/v1/registration-tokens/{token}',
  auth: 'user',
  response: Type.Object({}),
})
