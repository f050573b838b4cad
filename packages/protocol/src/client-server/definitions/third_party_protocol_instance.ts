// Schema `protocol_instance` of the application service API, which client-server answers share.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../../json-object.ts'

/** One network of a third-party protocol. */
export const ThirdPartyProtocolInstance = Type.Object({
  desc: Type.String(),
  icon: Type.Optional(Type.String()),
  fields: JsonObject,
  network_id: Type.String(),
})
export type ThirdPartyProtocolInstance = Static<typeof ThirdPartyProtocolInstance>
