// m.image_pack.rooms, account data. https://spec.matrix.org/v1.19/client-server-api/#mimage_packrooms
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'
import { event } from './event.ts'

/** The image packs of rooms the user has switched on everywhere, by room and state key. */
export const ImagePackRoomsContent = Type.Object({
  rooms: mapOf(mapOf(JsonObject)),
})
export type ImagePackRoomsContent = Static<typeof ImagePackRoomsContent>

/** m.image_pack.rooms. */
export const imagePackRooms = event({ type: 'm.image_pack.rooms', kind: 'accountData', content: ImagePackRoomsContent })
