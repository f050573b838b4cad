// m.room_key_bundle, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#mroom_key_bundle
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../identifiers.ts'
import { EncryptedFile } from './components/encrypted_file.ts'
import { event } from './event.ts'

/** Shares the keys of a room's history with an invited user. */
export const RoomKeyBundleContent = Type.Object({ room_id: RoomId, file: EncryptedFile })
export type RoomKeyBundleContent = Static<typeof RoomKeyBundleContent>

/** m.room_key_bundle. */
export const roomKeyBundle = event({ type: 'm.room_key_bundle', kind: 'toDevice', content: RoomKeyBundleContent })
