// A session's key before it is encrypted for the backup.
// https://spec.matrix.org/v1.19/client-server-api/#backup-algorithm-mmegolm_backupv1curve25519-aes-sha2
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../../map-of.ts'

/** The key of a session, the keys of its sender and the devices that forwarded it. */
export const KeyBackupSessionData = Type.Object({
  algorithm: Type.String(),
  forwarding_curve25519_key_chain: Type.Array(Type.String()),
  sender_key: Type.String(),
  sender_claimed_keys: mapOf(Type.String()),
  session_key: Type.String(),
  shared_history: Type.Optional(Type.Boolean()),
})
export type KeyBackupSessionData = Static<typeof KeyBackupSessionData>
