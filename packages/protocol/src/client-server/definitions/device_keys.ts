// Schema `device_keys` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'

/** The identity keys of a device, signed. */
export const DeviceKeys = Type.Object({
  user_id: UserId,
  device_id: Type.String(),
  algorithms: Type.Array(Type.String()),
  keys: mapOf(Type.String()),
  signatures: mapOf(mapOf(Type.String())),
})
export type DeviceKeys = Static<typeof DeviceKeys>
