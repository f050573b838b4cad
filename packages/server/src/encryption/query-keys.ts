// Who has which devices and keys: users of this server, and of others as their servers say.
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysquery
import type { JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { isLocal } from '../rooms/context.ts'
import { Pace } from '../federation/pace.ts'
import { deviceListOf } from '../store/device-lists.ts'
import type { Failures } from './ask-servers.ts'
import { isRemote, type EncryptionContext, type KeyOwner } from './context.ts'
import { queryElsewhere } from './query-elsewhere.ts'
import { asSeenBy, keysFields, storedKeys, type Chosen, type UserKeys } from './user-keys.ts'

/** Device IDs by user; none means all. */
export type Queried = Readonly<Record<string, readonly string[]>>

export interface KeyQuery {
  readonly queried: Queried
  /** How long to wait for other servers, milliseconds. */
  readonly timeoutMs?: number | undefined
}

/** The JSON text of the answer to a client. */
export async function queryKeys(
  context: EncryptionContext,
  viewer: KeyOwner,
  { queried, timeoutMs }: KeyQuery,
): Promise<string> {
  const chosen = await ownKeys(context, queried, viewer)
  const others = Object.keys(queried).filter((userId) => isRemote(context.rooms, userId))
  let failures: Failures = {}
  if (others.length > 0) {
    const found = await queryElsewhere(context, viewer, { userIds: others, timeoutMs })
    for (const [userId, keys] of found.keys)
      chosen.set(userId, { keys: await seen(context, keys, { viewer, userId }), deviceIds: queried[userId] ?? [] })
    failures = found.failures
  }
  return `{"failures":${JSON.stringify(failures)},${keysFields(chosen, viewer.userId)}}`
}

/** The JSON text of the answer to another server: of users of this one, without their user-signing keys. */
export async function queryOwnKeys(context: EncryptionContext, queried: Queried): Promise<string> {
  return `{${keysFields(await ownKeys(context, queried, undefined), undefined)}}`
}

interface Viewing {
  readonly viewer: KeyOwner
  readonly userId: string
}

async function seen({ rooms }: EncryptionContext, keys: UserKeys, { viewer, userId }: Viewing): Promise<UserKeys> {
  const userNid = await rooms.users.find(userId)
  const by = { viewerNid: viewer.userNid, viewerId: viewer.userId }
  return userNid === undefined ? keys : asSeenBy(rooms.store.read, keys, { ...by, userNid })
}

async function ownKeys(
  context: EncryptionContext,
  queried: Queried,
  viewer: KeyOwner | undefined,
): Promise<Map<string, Chosen>> {
  const { users, store, environment } = context.rooms
  const chosen = new Map<string, Chosen>()
  const pace = new Pace(environment)
  for (const [userId, deviceIds] of Object.entries(queried)) {
    if (!isLocal(context.rooms, userId)) continue
    const userNid = await users.find(userId)
    // "The corresponding user or device is missing".
    if (userNid === undefined) continue
    const keys = await storedKeys(store.read, userNid)
    chosen.set(userId, { keys: viewer ? await seen(context, keys, { viewer, userId }) : keys, deviceIds })
    await pace.breathe()
  }
  return chosen
}

/**
 * All devices with keys of a user of this server, and the last update that was sent of them. Throws M_NOT_FOUND.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1userdevicesuserid
 */
export async function ownDevices({ rooms }: EncryptionContext, userId: string): Promise<JsonObject> {
  const userNid = isLocal(rooms, userId) ? await rooms.users.find(userId) : undefined
  if (userNid === undefined) throw new MatrixError('M_NOT_FOUND', 'There is no such user here')
  // Read first: a change that follows is in the list or comes as an update.
  const list = await deviceListOf(rooms.store.read, userNid)
  const { devices, crossSigning } = await storedKeys(rooms.store.read, userNid)
  const [master, selfSigning] = [crossSigning.get('master'), crossSigning.get('self_signing')]
  return {
    user_id: userId,
    stream_id: list?.streamId ?? 0,
    devices: Array.from(devices, ([device_id, { json, displayName }]) => ({
      device_id,
      keys: JSON.parse(json) as JsonObject,
      ...(displayName !== undefined && { device_display_name: displayName }),
    })),
    ...(master !== undefined && { master_key: JSON.parse(master) as JsonObject }),
    ...(selfSigning !== undefined && { self_signing_key: JSON.parse(selfSigning) as JsonObject }),
  }
}
