// A map that forgets by age: what was set before the last call of `age` but one is gone.

export class AgingMap<Key, Value> {
  #young: Map<Key, Value>
  #old: ReadonlyMap<Key, Value> = new Map()

  constructor(entries: Iterable<readonly [Key, Value]> = []) {
    this.#young = new Map(entries)
  }

  get(key: Key): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  has(key: Key): boolean {
    return this.#young.has(key) || this.#old.has(key)
  }

  set(key: Key, value: Value): void {
    this.#young.set(key, value)
  }

  /** Forgets what was set before the last call; what was set since stays until the next one. */
  age(): void {
    this.#old = this.#young
    this.#young = new Map()
  }
}
