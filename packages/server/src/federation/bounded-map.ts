// A map of bounded size: what was used least recently is forgotten first.

export class BoundedMap<Value> {
  readonly #entriesMax: number
  readonly #onForget: (value: Value) => void
  readonly #entries = new Map<string, Value>()

  constructor(entriesMax: number, onForget: (value: Value) => void = () => {}) {
    this.#entriesMax = entriesMax
    this.#onForget = onForget
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    const [oldest] = this.#entries
    if (this.#entries.size <= this.#entriesMax || oldest === undefined) return
    this.#entries.delete(oldest[0])
    this.#onForget(oldest[1])
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.#entries[Symbol.iterator]()
  }
}
