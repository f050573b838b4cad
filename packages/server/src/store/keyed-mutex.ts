// One at a time per key: for the few verbs whose check and write are separated by an await.

export interface KeyedMutex {
  /** Runs `work` after everything queued before it under the same key has ended, whether it succeeded or not. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function createKeyedMutex(): KeyedMutex {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run: (key, work) => {
      const before = tails.get(key) ?? Promise.resolve()
      const result = before.then(work)
      const release = () => {
        if (tails.get(key) === tail) tails.delete(key)
      }
      const tail: Promise<void> = result.then(release, release)
      tails.set(key, tail)
      return result
    },
  }
}
