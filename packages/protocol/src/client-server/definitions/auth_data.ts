// What a client sends to complete a stage of user-interactive authentication; further fields depend on the type.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** What a client sends to complete a stage of user-interactive authentication; further fields depend on the type. */
export const AuthData = Type.Object({ type: Type.Optional(Type.String()), session: Type.Optional(Type.String()) })
export type AuthData = Static<typeof AuthData>
