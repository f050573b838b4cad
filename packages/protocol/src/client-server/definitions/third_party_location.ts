// Schema `location` of the application service API, which client-server answers share.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../../json-object.ts'

/** A place of a third-party network and the Matrix room for it. */
export const ThirdPartyLocation = Type.Object({ alias: Type.String(), protocol: Type.String(), fields: JsonObject })
export type ThirdPartyLocation = Static<typeof ThirdPartyLocation>
