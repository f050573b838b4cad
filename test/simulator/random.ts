// Chance that a seed decides: the same seed gives the same choices.

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number in [0, 1). Mulberry32. */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1))
  }
  chance(probability: number): boolean {
    return this.unit() < probability
  }
  /** One of them; they must not be empty. */
  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.unit() * values.length)]
    if (value === undefined) throw new RangeError('There is nothing to pick from')
    return value
  }
  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let left = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name
    return this.pick(entries)[0]
  }
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.between(0, 255))
  }
  /** Another source of chance, which this one decides. */
  fork(): Random {
    return new Random(this.between(0, 2 ** 32 - 1))
  }
}
