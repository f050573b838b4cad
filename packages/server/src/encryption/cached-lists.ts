// Device lists of users of other servers: kept while a user of this server shares a room with them and nothing has been
// missed. "Populate a local cache …, subsequent updates to the cache should be applied by consuming m.device_list_update."
// https://spec.matrix.org/v1.19/server-server-api/#device-management
import {
  setCrossSigningKey,
  crossSigningKeysOf,
  deleteCrossSigningKeys,
  type CrossSigningRow,
} from '../store/cross-signing-keys.ts'
import { deleteAllDeviceKeys, deviceKeysOfUser, setDeviceKeys, type DeviceKeysRow } from '../store/device-keys.ts'
import { deviceListOf, setDeviceList } from '../store/device-lists.ts'
import { journalKind } from '../store/store.ts'
import { aloneWithUser, type EncryptionContext } from './context.ts'
import type { UserKeys } from './user-keys.ts'

export interface FetchedList {
  readonly devices: readonly DeviceKeysRow[]
  readonly crossSigning: readonly CrossSigningRow[]
  /** The update it follows, where the server said so. */
  readonly streamId: number | null
}

/** The list as it is shown. */
export const keysOfList = ({ devices, crossSigning }: FetchedList): UserKeys => ({
  devices: new Map(
    devices.map(({ deviceId, json, displayName }) => [deviceId, { json, displayName: displayName ?? undefined }]),
  ),
  crossSigning: new Map(crossSigning.map(({ usage, json }) => [usage, json])),
})

/** A fetch under way. */
export interface Fetch {
  /** No change of the list has come since it began. */
  readonly isUntouched: boolean
  end(): void
}

/** Which fetches are under way, so that a change that comes meanwhile is not overlooked. */
export class Fetches {
  readonly #underWay = new Map<number, Set<{ isUntouched: boolean }>>()

  /** A change of the user's list has come. */
  outdate(userNid: number): void {
    for (const fetch of this.#underWay.get(userNid) ?? []) fetch.isUntouched = false
  }

  begin(userNid: number): Fetch {
    const all = this.#underWay.get(userNid) ?? new Set()
    this.#underWay.set(userNid, all)
    const fetch = {
      isUntouched: true,
      end: () => {
        all.delete(fetch)
        if (all.size === 0 && this.#underWay.get(userNid) === all) this.#underWay.delete(userNid)
      },
    }
    all.add(fetch)
    return fetch
  }
}

/** Keeps a fetched list; users of this server hear of it if it is another than they have seen. */
export function keepList(
  context: EncryptionContext,
  userNid: number,
  { list, isCurrent }: { readonly list: FetchedList; readonly isCurrent: () => boolean },
): Promise<void> {
  const { store } = context.rooms
  return aloneWithUser(context, userNid, async () => {
    const before = await deviceListOf(store.read, userNid)
    const devices = await deviceKeysOfUser(store.read, userNid)
    const crossSigning = await crossSigningKeysOf(store.read, userNid)
    const isNews = before !== undefined && textOf({ devices, crossSigning }) !== textOf(list)
    await store.write((w) => {
      deleteAllDeviceKeys(w, userNid)
      deleteCrossSigningKeys(w, userNid)
      for (const device of list.devices) setDeviceKeys(w, userNid, device)
      for (const key of list.crossSigning) setCrossSigningKey(w, userNid, key)
      setDeviceList(w, userNid, { streamId: list.streamId, isCurrent: Number(isCurrent()) })
      if (isNews) w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: 0 })
    })
  })
}

const textOf = ({ devices, crossSigning }: Omit<FetchedList, 'streamId'>): string =>
  [
    ...devices.map(({ deviceId, json, displayName }) => `${deviceId}\0${json}\0${displayName ?? ''}`),
    ...crossSigning.map(({ usage, json }) => `${usage}\0${json}`),
  ]
    .toSorted()
    .join('\0\0')
