// m.key_backup, account data. https://spec.matrix.org/v1.19/client-server-api/#mkey_backup
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Whether the user wants key backup. */
export const KeyBackupContent = Type.Object({ enabled: Type.Boolean() })
export type KeyBackupContent = Static<typeof KeyBackupContent>

/** m.key_backup. */
export const keyBackup = event({ type: 'm.key_backup', kind: 'accountData', content: KeyBackupContent })
