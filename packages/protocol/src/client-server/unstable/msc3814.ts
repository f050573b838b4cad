// MSC3814: dehydrated devices, which receive room keys while no device of the user is logged in.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { JsonObject } from '../../json-object.ts'
import { DeviceKeys } from '../definitions/device_keys.ts'
import { OneTimeKeys } from '../definitions/one_time_keys.ts'
import { ToDeviceEvent } from '../sync.ts'

/** The encrypted device; further fields depend on the algorithm. */
export const DehydratedDeviceData = Type.Object({ algorithm: Type.String() })
export type DehydratedDeviceData = Static<typeof DehydratedDeviceData>

/** A device to store with its keys. It replaces the one before it. */
export const DehydratedDeviceUpload = Type.Object({
  device_id: Type.String(),
  device_data: DehydratedDeviceData,
  initial_device_display_name: Type.Optional(Type.String()),
  device_keys: Type.Optional(DeviceKeys),
  one_time_keys: Type.Optional(OneTimeKeys),
  fallback_keys: Type.Optional(OneTimeKeys),
})
export type DehydratedDeviceUpload = Static<typeof DehydratedDeviceUpload>

const prefix = '/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device' as const
const EventsPage = Type.Object({
  events: Type.Array(ToDeviceEvent),
  next_batch: Type.Optional(Type.String()),
})

/**
 * Stores the dehydrated device of the user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3814
 */
export const putDehydratedDevice = endpoint({
  method: 'PUT',
  path: prefix,
  auth: 'user',
  body: DehydratedDeviceUpload,
  response: Type.Object({ device_id: Type.String() }),
})

/**
 * Returns the dehydrated device of the user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3814
 */
export const getDehydratedDevice = endpoint({
  method: 'GET',
  path: prefix,
  auth: 'user',
  response: Type.Object({ device_id: Type.String(), device_data: JsonObject }),
})

/**
 * Deletes the dehydrated device of the user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3814
 */
export const deleteDehydratedDevice = endpoint({
  method: 'DELETE',
  path: prefix,
  auth: 'user',
  response: Type.Object({ device_id: Type.String() }),
})

/**
 * Pages through the messages to the dehydrated device; they stay until the device is deleted or replaced.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3814
 */
export const getDehydratedDeviceEvents = endpoint({
  method: 'GET',
  path: `${prefix}/{deviceId}/events`,
  auth: 'user',
  query: Type.Object({ from: Type.Optional(Type.String()), limit: Type.Optional(Type.Integer()) }),
  response: EventsPage,
})

/**
 * The same as older clients ask for it.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3814
 */
export const postDehydratedDeviceEvents = endpoint({
  method: 'POST',
  path: `${prefix}/{deviceId}/events`,
  auth: 'user',
  body: Type.Object({ next_batch: Type.Optional(Type.String()) }),
  response: EventsPage,
})
