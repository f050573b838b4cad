// A session's key as clients export it to a file. https://spec.matrix.org/v1.19/client-server-api/#key-export-format
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../../identifiers.ts'
import { KeyBackupSessionData } from './key_backup_session_data.ts'

/** What a backup holds of a session, with its room and id. */
export const MegolmExportSessionData = Type.Object({
  ...KeyBackupSessionData.properties,
  room_id: RoomId,
  session_id: Type.String(),
})
export type MegolmExportSessionData = Static<typeof MegolmExportSessionData>
