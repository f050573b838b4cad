// The secret by which a client owns a validation session.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** "The secret must be 1–255 characters of `[0-9a-zA-Z.=_-]`." */
export const ClientSecret = Type.String({ pattern: '^[0-9a-zA-Z.=_-]{1,255}$' })
export type ClientSecret = Static<typeof ClientSecret>
