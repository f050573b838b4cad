// What errors carry besides `errcode` and `error`, for the codes that promise something.
// https://spec.matrix.org/v1.19/client-server-api/#common-error-codes
import { Type } from 'typebox'
import type { Static } from 'typebox'
import type { MatrixError } from './errors.ts'
import { matches } from './schema.ts'

const SoftLogout = Type.Object({ soft_logout: Type.Optional(Type.Boolean()) })

/** Schemas of the further fields by errcode; fields they do not name may be there too. */
export const errorFields = {
  /** Milliseconds; deprecated in favour of the `Retry-After` header. */
  M_LIMIT_EXCEEDED: Type.Object({ retry_after_ms: Type.Optional(Type.Integer()) }),
  M_UNKNOWN_TOKEN: SoftLogout,
  M_USER_LOCKED: SoftLogout,
  M_RESOURCE_LIMIT_EXCEEDED: Type.Object({ admin_contact: Type.String() }),
  M_USER_LIMIT_EXCEEDED: Type.Object({ info_uri: Type.String(), can_upgrade: Type.Optional(Type.Boolean()) }),
  /** The version of the room that the asking server lacks. */
  M_INCOMPATIBLE_ROOM_VERSION: Type.Object({ room_version: Type.String() }),
  M_WRONG_ROOM_KEYS_VERSION: Type.Object({ current_version: Type.Optional(Type.String()) }),
} as const

type CodeWithFields = keyof typeof errorFields

/** The further fields of an error with this code; undefined when it has another code or lacks what its code promises. */
export const fieldsOf = <Code extends CodeWithFields>(
  error: MatrixError,
  errcode: Code,
): Static<(typeof errorFields)[Code]> | undefined => {
  const schema = errorFields[errcode]
  const { fields } = error
  return error.errcode === errcode && matches(schema, fields)
    ? (fields as Static<(typeof errorFields)[Code]>)
    : undefined
}
