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

/** Sets the password of an account and, unless told otherwise, ends its sessions. `M_NOT_FOUND`, `M_WEAK_PASSWORD`. */
export const resetPassword = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/users/{userId}/password',
  auth: 'user',
  pathParameters: { userId: UserId },
  body: Type.Object({ new_password: Type.String(), logout_devices: Type.Optional(Type.Boolean()) }),
  response: Type.Object({}),
})

/** Deactivates an account for good: sessions, password and profile go, its user leaves all rooms. `M_NOT_FOUND`. */
export const deactivateUser = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/users/{userId}/deactivate',
  auth: 'user',
  pathParameters: { userId: UserId },
  body: Type.Object({ erase: Type.Optional(Type.Boolean()) }),
  response: Type.Object({}),
})
