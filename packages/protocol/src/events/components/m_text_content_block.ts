// Representations of a text, the preferred one first. https://spec.matrix.org/v1.19/client-server-api/#mroomtopic
import { Type } from 'typebox'

/** Without `mimetype` a representation is plain text. */
export const TextContentBlock = Type.Array(Type.Object({ body: Type.String(), mimetype: Type.Optional(Type.String()) }))
