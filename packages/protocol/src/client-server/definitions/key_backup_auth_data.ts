// The `auth_data` of a backup by m.megolm_backup.v1.curve25519-aes-sha2.
// https://spec.matrix.org/v1.19/client-server-api/#backup-algorithm-mmegolm_backupv1curve25519-aes-sha2
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../../map-of.ts'

/** The public key backups are encrypted to, signed by the user's keys. */
export const KeyBackupAuthData = Type.Object({
  public_key: Type.String(),
  signatures: Type.Optional(mapOf(mapOf(Type.String()))),
})
export type KeyBackupAuthData = Static<typeof KeyBackupAuthData>
