// When and from where devices were last used: gathered in memory, written together every few seconds.
import type { Environment } from '../environment.ts'
import { deviceSeenFlushMs, deviceSeenPendingMax } from '../limits.ts'
import { markDeviceSeen, type DeviceSighting } from '../store/devices.ts'
import type { Store } from '../store/store.ts'

export class DeviceSightings implements AsyncDisposable {
  readonly #store: Store
  readonly #environment: Environment
  #pending = new Map<number, DeviceSighting>()
  #cancel: (() => void) | undefined

  constructor(store: Store, environment: Environment) {
    this.#store = store
    this.#environment = environment
  }

  note(sighting: DeviceSighting): void {
    if (this.#pending.size >= deviceSeenPendingMax) return
    this.#pending.set(sighting.nid, sighting)
    this.#cancel ??= this.#environment.timer(deviceSeenFlushMs, () => void this.flush())
  }

  /** Writes what has been gathered. What cannot be written is kept for the next time. */
  async flush(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    const sightings = this.#pending
    if (sightings.size === 0) return
    this.#pending = new Map()
    try {
      await this.#store.write((w) => {
        for (const sighting of sightings.values()) markDeviceSeen(w, sighting)
      })
    } catch {
      this.#pending = new Map([...sightings, ...this.#pending])
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
  }
}
