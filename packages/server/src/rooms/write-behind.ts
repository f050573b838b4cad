// Writes of long work, one behind: the next slice is worked at while the last becomes durable.

export class WriteBehind {
  #last: Promise<unknown> = Promise.resolve()

  /** Waits for the write before, and begins this one. Throws what the one before failed with. */
  async next(write: () => Promise<unknown>): Promise<void> {
    const before = this.#last
    this.#last = before.then(write)
    this.#last.catch(() => undefined) // thrown by whoever waits for it
    await before
  }

  /** Resolves when all is durable. */
  async end(): Promise<void> {
    await this.#last
  }
}
