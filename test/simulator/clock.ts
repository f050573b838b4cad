// Time that passes only when nothing is left to do: callbacks in the order of their times, and between any two of them
// everything that follows from the first.

interface Entry {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
  isCancelled: boolean
}

/** What runs between two steps is promises alone, so one turn of the event loop sees all of it through. */
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

export class Clock {
  /** Milliseconds since the simulation began. */
  ms = 0
  readonly #heap: Entry[] = []
  #order = 0

  /** Calls `callback` after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void {
    const entry = { atMs: this.ms + Math.max(0, delayMs), order: ++this.#order, callback, isCancelled: false }
    this.#push(entry)
    return () => void (entry.isCancelled = true)
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve))
  }

  /** Lets time pass. */
  async advance(byMs: number): Promise<void> {
    const end = this.ms + byMs
    await turn()
    while ((this.#heap[0]?.atMs ?? Infinity) <= end) await this.#step()
    this.ms = end
  }

  /** Lets time pass until the work is done; fails when that takes more than `withinMs`. */
  async until<T>(work: Promise<T>, withinMs = 10 * 60_000): Promise<T> {
    const state = { isDone: false }
    const ended = () => void (state.isDone = true)
    work.then(ended, ended)
    const end = this.ms + withinMs
    await turn()
    while (!state.isDone && this.#heap.length > 0 && this.ms <= end) await this.#step()
    if (!state.isDone) throw new Error('Something never ends')
    return work
  }

  async #step(): Promise<void> {
    const entry = this.#pop()
    if (entry === undefined || entry.isCancelled) return
    this.ms = entry.atMs
    entry.callback()
    await turn()
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
