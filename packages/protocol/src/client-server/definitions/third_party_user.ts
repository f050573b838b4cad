// Schema `user` of the application service API, which client-server answers share.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../../json-object.ts'

/** A user of a third-party network and the Matrix user for them. */
export const ThirdPartyUser = Type.Object({ userid: Type.String(), protocol: Type.String(), fields: JsonObject })
export type ThirdPartyUser = Static<typeof ThirdPartyUser>
