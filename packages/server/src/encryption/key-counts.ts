// How many one-time keys a device has left and which fallback keys are unused, as every /sync answer says: kept as text.
import { BoundedMap } from '../federation/bounded-map.ts'
import { keyCountsRememberedMax } from '../limits.ts'
import { fallbackKeysOf, oneTimeKeyCounts } from '../store/one-time-keys.ts'
import type { Store } from '../store/store.ts'

export interface KeyCountTexts {
  /** JSON object: counts by algorithm. */
  readonly oneTimeKeys: string
  /** JSON array of algorithms. */
  readonly unusedFallbackKeys: string
}

export class KeyCounts {
  readonly #store: Store
  readonly #known = new BoundedMap<Promise<KeyCountTexts>>(keyCountsRememberedMax)

  constructor(store: Store) {
    this.#store = store
    store.onReset(() => this.#known.clear())
  }

  of(deviceNid: number): Promise<KeyCountTexts> {
    const key = String(deviceNid)
    const known = this.#known.get(key)
    if (known) return known
    const reading = this.#read(deviceNid)
    this.#known.set(key, reading)
    reading.catch(() => this.#known.delete(key))
    return reading
  }

  /** The keys have changed, durably. */
  changed(deviceNid: number): void {
    this.#known.delete(String(deviceNid))
  }

  async #read(deviceNid: number): Promise<KeyCountTexts> {
    const counts = await oneTimeKeyCounts(this.#store.read, deviceNid)
    const fallbacks = await fallbackKeysOf(this.#store.read, deviceNid)
    const unused = fallbacks.filter(({ isUsed }) => isUsed === 0).map(({ algorithm }) => algorithm)
    return { oneTimeKeys: JSON.stringify(counts), unusedFallbackKeys: JSON.stringify(unused) }
  }
}
