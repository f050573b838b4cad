// Schema `user_batch` of the application service API, which client-server answers share.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ThirdPartyUser } from './third_party_user.ts'

/** Users of third-party networks. */
export const ThirdPartyUserBatch = Type.Array(ThirdPartyUser)
export type ThirdPartyUserBatch = Static<typeof ThirdPartyUserBatch>
