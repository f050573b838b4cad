// Places of third-party networks.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ThirdPartyLocation } from './third_party_location.ts'

/** Places of third-party networks. */
export const ThirdPartyLocationBatch = Type.Array(ThirdPartyLocation)
export type ThirdPartyLocationBatch = Static<typeof ThirdPartyLocationBatch>
