// What encrypting bridges need and the specification does not have yet: keys asked of application services, and keys,
// devices and messages to devices in transactions. MSC2409, MSC3202, MSC3983, MSC3984, MSC4203.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { CrossSigningKey } from '../client-server/definitions/cross_signing_key.ts'
import { DeviceKeys } from '../client-server/definitions/device_keys.ts'
import { OneTimeKeys } from '../client-server/definitions/one_time_keys.ts'
import { endpoint } from '../endpoint.ts'
import { Event } from '../events/shapes.ts'
import { UserId } from '../identifiers.ts'
import { mapOf } from '../map-of.ts'

/**
 * MSC3983: claims one-time keys of the service's users; algorithms by user and device.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3983
 */
export const claimKeysMsc3983 = endpoint({
  method: 'POST',
  path: '/_matrix/app/unstable/org.matrix.msc3983/keys/claim',
  auth: 'hs_token',
  body: mapOf(mapOf(Type.Array(Type.String()))),
  response: mapOf(mapOf(OneTimeKeys)),
})

/**
 * MSC3984: asks for device and cross-signing keys of the service's users; an empty list means all devices.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3984
 */
export const queryKeysMsc3984 = endpoint({
  method: 'POST',
  path: '/_matrix/app/unstable/org.matrix.msc3984/keys/query',
  auth: 'hs_token',
  body: Type.Object({ device_keys: mapOf(Type.Array(Type.String())) }),
  response: Type.Object({
    device_keys: Type.Optional(mapOf(mapOf(DeviceKeys))),
    master_keys: Type.Optional(mapOf(CrossSigningKey)),
    self_signing_keys: Type.Optional(mapOf(CrossSigningKey)),
    user_signing_keys: Type.Optional(mapOf(CrossSigningKey)),
  }),
})

/** MSC4203: a message to a device of one of the service's users. */
export const AddressedToDeviceEvent = Type.Object({
  ...Event.properties,
  sender: UserId,
  to_user_id: UserId,
  to_device_id: Type.String(),
})
export type AddressedToDeviceEvent = Static<typeof AddressedToDeviceEvent>

const ChangedDeviceLists = Type.Object({
  changed: Type.Optional(Type.Array(UserId)),
  left: Type.Optional(Type.Array(UserId)),
})
const KeyCounts = mapOf(mapOf(mapOf(Type.Integer())))
const FallbackKeyTypes = mapOf(mapOf(Type.Array(Type.String())))

/**
 * Further fields of a transaction, by user and device. Services read the later name, the earlier one, or the
 * misspelt one that Synapse sends as well.
 */
export const TransactionExtensions = Type.Object({
  'de.sorunome.msc2409.ephemeral': Type.Optional(Type.Array(Event)),
  to_device: Type.Optional(Type.Array(AddressedToDeviceEvent)),
  'de.sorunome.msc2409.to_device': Type.Optional(Type.Array(AddressedToDeviceEvent)),
  device_lists: Type.Optional(ChangedDeviceLists),
  'org.matrix.msc3202.device_lists': Type.Optional(ChangedDeviceLists),
  device_one_time_keys_count: Type.Optional(KeyCounts),
  'org.matrix.msc3202.device_one_time_keys_count': Type.Optional(KeyCounts),
  'org.matrix.msc3202.device_one_time_key_counts': Type.Optional(KeyCounts),
  device_unused_fallback_key_types: Type.Optional(FallbackKeyTypes),
  'org.matrix.msc3202.device_unused_fallback_key_types': Type.Optional(FallbackKeyTypes),
})
export type TransactionExtensions = Static<typeof TransactionExtensions>
