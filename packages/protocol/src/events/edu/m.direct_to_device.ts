// m.direct_to_device: messages to devices of users of another server.
// https://spec.matrix.org/v1.19/server-server-api/#mdirect_to_device
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { JsonObject } from '../../json-object.ts'
import { mapOf } from '../../map-of.ts'
import { event } from '../event.ts'

/** Contents by user and device; device `*` means all devices. `message_id` has at most 32 code points. */
export const DirectToDeviceContent = Type.Object({
  sender: UserId,
  type: Type.String(),
  message_id: Type.String(),
  messages: mapOf(mapOf(JsonObject)),
})
export type DirectToDeviceContent = Static<typeof DirectToDeviceContent>

/** m.direct_to_device. */
export const directToDevice = event({ type: 'm.direct_to_device', kind: 'edu', content: DirectToDeviceContent })
