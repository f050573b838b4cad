// Schema `location_batch` of the application service API, which client-server answers share.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ThirdPartyLocation } from './third_party_location.ts'

/** Places of third-party networks. */
export const ThirdPartyLocationBatch = Type.Array(ThirdPartyLocation)
export type ThirdPartyLocationBatch = Static<typeof ThirdPartyLocationBatch>
