// m.room_key.withheld, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#mroom_keywithheld
import type { Static } from 'typebox'
import { RoomKeyWithheld } from './components/room_key_withheld_content.ts'
import { event } from './event.ts'

/** Tells why a room key is not sent. */
export const RoomKeyWithheldContent = RoomKeyWithheld
export type RoomKeyWithheldContent = Static<typeof RoomKeyWithheldContent>

/** m.room_key.withheld. */
export const roomKeyWithheld = event({ type: 'm.room_key.withheld', kind: 'toDevice', content: RoomKeyWithheldContent })
