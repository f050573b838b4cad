// What other servers are told when devices or cross-signing keys of a user change: EDUs, without their place in the order.
// https://spec.matrix.org/v1.19/server-server-api/#device-management
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import type { JsonObject } from '@myelin/algorithms/json'
import { crossSigningKeysOf } from '../store/cross-signing-keys.ts'
import { deviceKeysOf, deviceKeysOfUser, type DeviceKeysRow } from '../store/device-keys.ts'
import { changedDevice } from '../store/device-lists.ts'
import type { EncryptionContext } from './context.ts'
import { parseKeys } from './signed-keys.ts'

/** A change of one device, or of the cross-signing keys. */
export type News =
  | { readonly kind: 'device'; readonly device: JsonObject; readonly removedNid?: number }
  | { readonly kind: 'signing keys'; readonly keys: JsonObject }

export interface ChangedList {
  readonly userId: string
  readonly userNid: number
  /** Nids of devices; 0 for the cross-signing keys. */
  readonly refs: ReadonlySet<number>
}

/** How things are now with what has changed. Devices that never had keys are nobody's business. */
export async function newsOf({ rooms }: EncryptionContext, { userId, userNid, refs }: ChangedList): Promise<News[]> {
  const { read } = rooms.store
  const news: News[] = []
  for (const ref of refs) {
    const changed = ref === 0 ? undefined : await changedDevice(read, ref)
    if (changed?.isRemoved) {
      const device = { user_id: userId, device_id: changed.deviceId, deleted: true }
      news.push({ kind: 'device', device, removedNid: ref })
      continue
    }
    const keys = changed && (await deviceKeysOf(read, userNid, changed.deviceId))
    if (keys) news.push(deviceNews(userId, keys))
  }
  if (!refs.has(0)) return news
  const keys = new Map((await crossSigningKeysOf(read, userNid)).map(({ usage, json }) => [usage, parseKeys(json)]))
  const [master, selfSigning] = [keys.get('master'), keys.get('self_signing')]
  if (!master && !selfSigning) return news
  const shown = { ...(master && { master_key: master }), ...(selfSigning && { self_signing_key: selfSigning }) }
  return [...news, { kind: 'signing keys', keys: { user_id: userId, ...shown } }]
}

/** One device of a user, for servers that have just come to share a room with them: it tells them what they missed. */
export async function introductionOf({ rooms }: EncryptionContext, userId: string, userNid: number): Promise<News[]> {
  const [keys] = await deviceKeysOfUser(rooms.store.read, userNid)
  return keys ? [deviceNews(userId, keys)] : []
}

const deviceNews = (userId: string, { deviceId, json, displayName }: DeviceKeysRow): News => ({
  kind: 'device',
  device: {
    user_id: userId,
    device_id: deviceId,
    keys: parseKeys(json),
    ...(displayName !== null && { device_display_name: displayName }),
  },
})

/** "Servers send `m.device_list_update` EDUs in a sequence per origin user", each naming the one before. */
export const deviceListUpdateText = (
  device: JsonObject,
  { streamId, previous }: { readonly streamId: number; readonly previous: number | null },
): string => {
  const content = { ...device, prev_id: previous === null ? [] : [previous], stream_id: streamId }
  return canonicalJson({ content, edu_type: 'm.device_list_update' }, 'lenient')
}

export const signingKeyUpdateText = (content: JsonObject): string =>
  canonicalJson({ content, edu_type: 'm.signing_key_update' }, 'lenient')
