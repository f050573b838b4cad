// Schema `protocol` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ThirdPartyProtocolBase } from './third_party_protocol_base.ts'
import { ThirdPartyProtocolInstance } from './third_party_protocol_instance.ts'

/** A third-party protocol and its networks, as clients see it. */
export const ProtocolMetadata = Type.Object({
  ...ThirdPartyProtocolBase.properties,
  instances: Type.Array(
    Type.Object({ ...ThirdPartyProtocolInstance.properties, instance_id: Type.Optional(Type.String()) }),
  ),
})
export type ProtocolMetadata = Static<typeof ProtocolMetadata>
