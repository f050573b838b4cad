// Schema `key_backup_data` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../../json-object.ts'

/** The backed-up key of one session. */
export const KeyBackupData = Type.Object({
  first_message_index: Type.Integer(),
  forwarded_count: Type.Integer(),
  is_verified: Type.Boolean(),
  session_data: JsonObject,
})
export type KeyBackupData = Static<typeof KeyBackupData>
