// Who logs in; further fields depend on the type.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Who logs in; further fields depend on the type. */
export const UserIdentifier = Type.Object({ type: Type.String() })
export type UserIdentifier = Static<typeof UserIdentifier>
