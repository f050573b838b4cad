// Ephemeral data: what servers tell each other beside events.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import type { JsonObject } from '../../json-object.ts'

/** An ephemeral data unit. https://spec.matrix.org/v1.19/server-server-api/#edus */
export const Edu = Type.Object({ edu_type: Type.String(), content: Type.Unsafe<JsonObject>({ type: 'object' }) })
export type Edu = Static<typeof Edu>
