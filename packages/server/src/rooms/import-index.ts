// What an import holds of each event it takes in: numbers only. The events themselves lie in the store, so that what a
// state of a hundred thousand events takes in memory is some megabytes.

/** What is known of an event: `waiting` until the events it cites have been judged, `unjudged` where these are not given. */
export type ImportStatus = 'unknown' | 'waiting' | 'unjudged' | 'accepted' | 'rejected'

export interface IndexedEvent {
  readonly eventId: string
  readonly nid: number
  /** Of state events. */
  readonly slot: number | undefined
  readonly status: ImportStatus
  /** Ids of the events it cites. */
  readonly cited: readonly string[]
}

export class ImportIndex {
  readonly #numbers = new Map<string, number>()
  readonly #nids: number[] = []
  readonly #slots: number[] = []
  readonly #statuses: ImportStatus[] = []
  readonly #cited: (readonly number[])[] = []

  get size(): number {
    return this.#nids.length
  }
  has(eventId: string): boolean {
    const at = this.#numbers.get(eventId)
    return at !== undefined && this.#statuses[at] !== 'unknown'
  }
  add({ eventId, nid, slot, status, cited }: IndexedEvent): void {
    const at = this.#numberOf(eventId)
    this.#nids[at] = nid
    this.#slots[at] = slot ?? -1
    this.#statuses[at] = status
    this.#cited[at] = cited.map((each) => this.#numberOf(each))
  }
  /** The number of an event within the import. */
  numberOf(eventId: string): number | undefined {
    return this.#numbers.get(eventId)
  }
  nid(at: number): number {
    return this.#nids[at] ?? 0
  }
  slot(at: number): number | undefined {
    const slot = this.#slots[at] ?? -1
    return slot < 0 ? undefined : slot
  }
  status(at: number): ImportStatus {
    return this.#statuses[at] ?? 'unknown'
  }
  cited(at: number): readonly number[] {
    return this.#cited[at] ?? []
  }
  judged(at: number, status: 'accepted' | 'rejected' | 'unjudged'): void {
    this.#statuses[at] = status
  }
  firstUnjudged(): string | undefined {
    for (const [eventId, at] of this.#numbers) if (this.#statuses[at] === 'unjudged') return eventId
    return undefined
  }
  /** Ids that are cited and of which nothing is known. */
  unknownIds(): string[] {
    return Array.from(this.#numbers).flatMap(([eventId, at]) => (this.#statuses[at] === 'unknown' ? [eventId] : []))
  }

  /** Those that are still to be judged, each after those it cites. Circles cannot be: an id is a hash over what it cites. */
  inAuthOrder(): number[] {
    const order: number[] = []
    const entered = new Uint8Array(this.size)
    const path: { readonly at: number; next: number }[] = []
    const enter = (at: number): void => {
      if (entered[at] !== 0 || (this.#statuses[at] !== 'waiting' && this.#statuses[at] !== 'unjudged')) return
      entered[at] = 1
      path.push({ at, next: 0 })
    }
    for (let start = 0; start < this.size; start++) {
      enter(start)
      for (let top = path.at(-1); top; top = path.at(-1)) {
        const next = this.cited(top.at)[top.next++]
        if (next !== undefined) enter(next)
        else {
          order.push(top.at)
          path.pop()
        }
      }
    }
    return order
  }

  #numberOf(eventId: string): number {
    const known = this.#numbers.get(eventId)
    if (known !== undefined) return known
    const at = this.size
    this.#numbers.set(eventId, at)
    this.#nids.push(0)
    this.#slots.push(-1)
    this.#statuses.push('unknown')
    this.#cited.push(none)
    return at
  }
}

const none: readonly number[] = []
