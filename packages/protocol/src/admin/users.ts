// Myelin's admin API: accounts.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'

/** Makes an account. `M_USER_IN_USE`, `M_INVALID_USERNAME`; `M_FORBIDDEN` unless the caller may administer the server. */
export const createUser = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/users',
  auth: 'user',
  body: Type.Object({
    localpart: Type.String(),
    password: Type.Optional(Type.String()),
    admin: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({ user_id: UserId }),
})
