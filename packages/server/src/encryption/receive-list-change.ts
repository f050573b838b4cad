// What other servers say of their users' devices and cross-signing keys, applied to what is cached of them.
// https://spec.matrix.org/v1.19/server-server-api/#device-management
import type { JsonObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import { DeviceListUpdateContent } from '@myelin/protocol/events/edu/m.device_list_update'
import { signingKeyUpdate } from '@myelin/protocol/events/edu/m.signing_key_update'
import { UserId } from '@myelin/protocol/identifiers'
import { matches, parse } from '@myelin/protocol/schema'
import { Type } from 'typebox'
import { setCrossSigningKey } from '../store/cross-signing-keys.ts'
import { deleteDeviceKeys, deviceKeysSizes, setDeviceKeys } from '../store/device-keys.ts'
import { deviceListCharactersMax, devicesPerUserMax } from '../limits.ts'
import { deviceListOf, outdateDeviceList, setDeviceList } from '../store/device-lists.ts'
import { journalKind } from '../store/store.ts'
import { aloneWithUser, type EncryptionContext } from './context.ts'
import { readCrossSigningKey, readDevice } from './read-list.ts'

const ListOwner = Type.Object({ user_id: UserId })

/** The content of an EDU, and the server that signed the request it came with. */
export interface PeerEdu {
  readonly origin: string
  readonly content: JsonObject
}

/**
 * `m.device_list_update`. "If a server receives an EDU which refers to a `prev_id` it does not recognise, it must
 * resynchronise its list": so it does after one that cannot be read.
 */
export async function receiveDeviceListUpdate(context: EncryptionContext, { origin, content }: PeerEdu): Promise<void> {
  const { user_id: userId } = parse(ListOwner, content)
  const update = matches(DeviceListUpdateContent, content) ? content : undefined
  const userNid = await knownUser(context, origin, userId)
  if (userNid === undefined) return
  context.fetches.outdate(userNid)
  await aloneWithUser(context, userNid, async () => {
    const { store } = context.rooms
    const list = await deviceListOf(store.read, userNid)
    const isRepeated = update && list?.isCurrent === 1 && list.streamId === update.stream_id
    if (isRepeated) return
    const follows = update && list?.isCurrent === 1 && list.streamId !== null && followsOn(update, list.streamId)
    if (follows && (await hasPlace(context, userNid, update))) return apply(context, userNid, update)
    await store.write((w) => {
      outdateDeviceList(w, userNid)
      w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: 0 })
    })
    if (list) context.resync.request(userId, userNid)
  })
}

const followsOn = ({ prev_id: previous = [] }: DeviceListUpdateContent, streamId: number): boolean =>
  previous.length > 0 && previous.every((id) => id === streamId)

/** Whether the list is not too long with the device. */
async function hasPlace({ rooms }: EncryptionContext, userNid: number, { device_id }: DeviceListUpdateContent) {
  const { count = 0, characters = 0 } = (await deviceKeysSizes(rooms.store.read, userNid, device_id)) ?? {}
  return count < devicesPerUserMax && characters < deviceListCharactersMax
}

async function apply({ rooms }: EncryptionContext, userNid: number, update: DeviceListUpdateContent): Promise<void> {
  const { user_id, device_id, deleted, keys, device_display_name: name, stream_id } = update
  const [device] = keys && deleted !== true ? readDevice(user_id, device_id, { keys, name }) : []
  await rooms.store.write((w) => {
    if (device) setDeviceKeys(w, userNid, device)
    else deleteDeviceKeys(w, userNid, device_id)
    setDeviceList(w, userNid, { streamId: stream_id, isCurrent: 1 })
    w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: 0 })
  })
}

/**
 * `m.signing_key_update`: new cross-signing keys, or new signatures on them. Some servers send nothing else when a device is
 * signed, so the devices are fetched anew as well.
 */
export async function receiveSigningKeyUpdate(context: EncryptionContext, { origin, content }: PeerEdu): Promise<void> {
  const update = parse(signingKeyUpdate.content, content)
  const { user_id: userId } = update
  const userNid = await knownUser(context, origin, userId)
  if (userNid === undefined) return
  context.fetches.outdate(userNid)
  await aloneWithUser(context, userNid, async () => {
    const { store } = context.rooms
    const isCached = (await deviceListOf(store.read, userNid)) !== undefined
    const keys = [
      ...readCrossSigningKey(userId, 'master', update.master_key),
      ...readCrossSigningKey(userId, 'self_signing', update.self_signing_key),
    ]
    await store.write((w) => {
      if (isCached) for (const key of keys) setCrossSigningKey(w, userNid, key)
      outdateDeviceList(w, userNid)
      w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: 0 })
    })
    if (isCached) context.resync.request(userId, userNid)
  })
}

/** The user of that server, if this one has ever heard of them: nobody else can share a room with somebody here. */
async function knownUser({ rooms }: EncryptionContext, origin: string, userId: string): Promise<number | undefined> {
  if (serverNameOf(userId) !== origin || origin === rooms.serverName)
    throw new MatrixError('M_FORBIDDEN', 'The user is of another server')
  return rooms.users.find(userId)
}
