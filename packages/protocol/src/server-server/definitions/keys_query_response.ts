// Keys of other servers, vouched for by a notary.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ServerKeys } from './keys.ts'

/** Server keys, signed by the notary as well. */
export const KeysQueryResponse = Type.Object({ server_keys: Type.Optional(Type.Array(ServerKeys)) })
export type KeysQueryResponse = Static<typeof KeysQueryResponse>
