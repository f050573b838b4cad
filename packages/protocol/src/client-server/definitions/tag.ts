// Schema `tag` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** A tag's place in the order of rooms. */
export const Tag = Type.Object({ order: Type.Optional(Type.Number()) })
export type Tag = Static<typeof Tag>
