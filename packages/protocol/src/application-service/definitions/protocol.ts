// A third-party protocol and its networks, as a bridge describes it.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ThirdPartyProtocolBase } from '../../client-server/definitions/third_party_protocol_base.ts'
import { ThirdPartyProtocolInstance } from '../../client-server/definitions/third_party_protocol_instance.ts'

/** A third-party protocol and its networks. */
export const Protocol = Type.Object({
  ...ThirdPartyProtocolBase.properties,
  instances: Type.Array(ThirdPartyProtocolInstance),
})
export type Protocol = Static<typeof Protocol>
