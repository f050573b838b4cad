// Messages that wait for local devices: handed out in order, kept until the device's next /sync says that it has them.
// https://spec.matrix.org/v1.19/client-server-api/#send-to-device-messaging
import { BoundedMap } from '../federation/bounded-map.ts'
import {
  keyCountsRememberedMax,
  toDeviceBytesPerSync,
  toDevicePerDeviceMax,
  toDevicePerSyncMax,
  toDeviceTrimInterval,
} from '../limits.ts'
import type { Store, Write } from '../store/store.ts'
import {
  addDeviceMessage,
  deleteDeviceMessages,
  deviceMessages,
  oldestDeviceMessage,
  trimDeviceMessages,
  type DeviceMessage,
} from '../store/to-device.ts'

export interface PendingMessages {
  /** Events as JSON texts, oldest first. */
  readonly events: readonly string[]
  /** Position of the last of them when more wait, undefined otherwise. */
  readonly cutAt: number | undefined
}

export class Inboxes {
  readonly #store: Store
  /** Position of the last message handed out to a device and not deleted yet; 0 when there is none. */
  readonly #handedOut = new BoundedMap<number>(keyCountsRememberedMax)
  /** What devices have, though it may not be deleted yet. */
  readonly #acknowledged = new BoundedMap<number>(keyCountsRememberedMax)
  readonly #added = new BoundedMap<number>(keyCountsRememberedMax)

  constructor(store: Store) {
    this.#store = store
  }

  /** Puts a message into an inbox. A device that never fetches its messages keeps the newest. */
  add(w: Write, deviceNid: number, message: DeviceMessage): void {
    addDeviceMessage(w, deviceNid, message)
    const key = String(deviceNid)
    const count = (this.#added.get(key) ?? 0) + 1
    this.#added.set(key, count)
    if (count % toDeviceTrimInterval === 0) trimDeviceMessages(w, deviceNid, toDevicePerDeviceMax)
  }

  /** The messages after one position up to another, as many as belong into one answer. */
  async pending(
    deviceNid: number,
    { after, to }: { readonly after: number; readonly to: number },
  ): Promise<PendingMessages> {
    const known = Math.max(after, this.#acknowledged.get(String(deviceNid)) ?? 0)
    const limit = toDevicePerSyncMax + 1
    const messages = await deviceMessages(this.#store.read, { deviceNid, after: known, to, limit })
    const shown = messages.slice(0, shownCount(messages))
    const last = shown.at(-1)
    if (last) this.#handedOut.set(String(deviceNid), last.position)
    return { events: shown.map(({ json }) => json), cutAt: shown.length < messages.length ? last?.position : undefined }
  }

  /** "The server should infer that any send-to-device messages in that response have been delivered … and delete them." */
  async acknowledge(deviceNid: number, position: number): Promise<void> {
    const key = String(deviceNid)
    const oldest = this.#handedOut.get(key) ?? (await oldestDeviceMessage(this.#store.read, deviceNid)) ?? 0
    if (oldest === 0 || oldest > position) {
      if (oldest === 0) this.#handedOut.set(key, 0)
      return
    }
    this.#handedOut.set(key, 0)
    this.#acknowledged.set(key, position)
    await this.#store.write((w) => deleteDeviceMessages(w, deviceNid, position))
  }
}

/** At least one, however long it is. */
function shownCount(messages: readonly DeviceMessage[]): number {
  let bytes = 0
  for (let count = 0; count < messages.length; count++) {
    bytes += messages[count]?.json.length ?? 0
    if (count === toDevicePerSyncMax || (count > 0 && bytes > toDeviceBytesPerSync)) return count
  }
  return messages.length
}
