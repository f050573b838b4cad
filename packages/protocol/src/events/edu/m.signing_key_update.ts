// m.signing_key_update: a user has new cross-signing keys.
// https://spec.matrix.org/v1.19/server-server-api/#msigning_key_update
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { CrossSigningKey } from '../../client-server/definitions/cross_signing_key.ts'
import { UserId } from '../../identifiers.ts'
import { event } from '../event.ts'

/** The keys that other servers may see: the user-signing key stays at home. */
export const SigningKeyUpdateContent = Type.Object({
  user_id: UserId,
  master_key: Type.Optional(CrossSigningKey),
  self_signing_key: Type.Optional(CrossSigningKey),
})
export type SigningKeyUpdateContent = Static<typeof SigningKeyUpdateContent>

/** m.signing_key_update. */
export const signingKeyUpdate = event({ type: 'm.signing_key_update', kind: 'edu', content: SigningKeyUpdateContent })
