// m.device_list_update: a device of a user was added, changed or deleted.
// https://spec.matrix.org/v1.19/server-server-api/#mdevice_list_update
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { DeviceKeys } from '../../client-server/definitions/device_keys.ts'
import { UserId } from '../../identifiers.ts'
import { event } from '../event.ts'

/** `prev_id` are the stream ids this update follows: an unknown one tells that updates were missed. */
export const DeviceListUpdateContent = Type.Object({
  user_id: UserId,
  device_id: Type.String(),
  stream_id: Type.Integer(),
  prev_id: Type.Optional(Type.Array(Type.Integer())),
  deleted: Type.Optional(Type.Boolean()),
  device_display_name: Type.Optional(Type.String()),
  keys: Type.Optional(DeviceKeys),
})
export type DeviceListUpdateContent = Static<typeof DeviceListUpdateContent>

/** m.device_list_update. */
export const deviceListUpdate = event({ type: 'm.device_list_update', kind: 'edu', content: DeviceListUpdateContent })
