// Schema `protocol_base` of the application service API, which client-server answers share.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../../map-of.ts'

/** What is known of a third-party protocol. */
export const ThirdPartyProtocolBase = Type.Object({
  user_fields: Type.Array(Type.String()),
  location_fields: Type.Array(Type.String()),
  icon: Type.String(),
  field_types: mapOf(Type.Object({ regexp: Type.String(), placeholder: Type.String() })),
})
export type ThirdPartyProtocolBase = Static<typeof ThirdPartyProtocolBase>
