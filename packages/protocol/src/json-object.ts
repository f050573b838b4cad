// The schema of a JSON object whose fields are nobody's business here: event contents, account data, extensions.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from './map-of.ts'

/** Any JSON object. */
export const JsonObject = mapOf(Type.Unknown())
export type JsonObject = Static<typeof JsonObject>
