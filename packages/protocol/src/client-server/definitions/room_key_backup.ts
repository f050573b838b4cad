// Schema `room_key_backup` of the client-server API.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../../map-of.ts'
import { KeyBackupData } from './key_backup_data.ts'

/** The backed-up keys of one room by session. */
export const RoomKeyBackup = Type.Object({ sessions: mapOf(KeyBackupData) })
export type RoomKeyBackup = Static<typeof RoomKeyBackup>
