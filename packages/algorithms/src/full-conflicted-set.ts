// The full conflicted set of state resolution, kept up while forks grow: a change of one fork costs what it changes in the
// set, not the set, and nothing of the room besides.
// https://spec.matrix.org/v1.19/rooms/v2/#definitions and https://spec.matrix.org/v1.19/rooms/v12/#definitions
import { type AuthGraph, authFlags } from './auth-dag-columns.ts'
import { DenseNumbers, Reach, SparseNumbers } from './reach.ts'

/** What differs from the set as it was looked at last. */
export interface SetChanges {
  /** Slots of events that came or went, or came among the power events and their chains or went from there. */
  readonly slots: ReadonlySet<number>
  /** Events that came, local numbers. */
  readonly added: ReadonlySet<number>
  /** The power events and their chains are others. */
  readonly isPowerChanged: boolean
}

/** An event, by its local number, that a state has where not all agree. */
type Column = Reach<SparseNumbers>

export class FullConflictedSet {
  /** The events of the set, local numbers. */
  readonly members = new Set<number>()
  /**
   * "The set X of all *power events* that appear in the *full conflicted set*", enlarged by "the events in the auth chain of P
   * which also belong to the full conflicted set".
   */
  readonly chosen = new Set<number>()
  readonly #bySlot = new Map<number, Set<number>>()
  readonly #graph: () => AuthGraph
  readonly #hasSubgraph: boolean
  /** One for each state: what it has where not all agree, and the auth chains of that. */
  readonly #columns: Column[] = []
  /** What all states have, and the auth chains of that. */
  readonly #shared: Reach<DenseNumbers>
  /** In how many columns an event is reached, and of how many it is a part. */
  readonly #reaching = new SparseNumbers()
  readonly #holding = new SparseNumbers()
  /** What leads to a conflicted event, going from an event to those that cite it: `#citers`, as far as columns reach them. */
  readonly #leading: Reach<SparseNumbers>
  readonly #citers = new Map<number, number[]>()
  /** The auth chains of the power events of the set. */
  readonly #power: Reach<SparseNumbers>
  /** Events of which it must be looked at whether they belong to the set, and to `chosen`. */
  readonly #doubtful = new Set<number>()
  readonly #doubtfulChoices = new Set<number>()
  #slots = new Set<number>()
  #added = new Set<number>()
  #isPowerChanged = false

  constructor(graph: () => AuthGraph, { conflictedSubgraph }: { readonly conflictedSubgraph: boolean }) {
    this.#graph = graph
    this.#hasSubgraph = conflictedSubgraph
    const doubt = (local: number): void => void this.#doubtful.add(local)
    const pointers = this.#cited
    this.#shared = new Reach({ pointers, numbers: new DenseNumbers(graph().count), changed: doubt })
    const citers = (local: number, visit: (to: number) => void) => this.#citers.get(local)?.forEach(visit)
    this.#leading = new Reach({ pointers: citers, numbers: new SparseNumbers(), changed: doubt })
    const doubtChoice = (local: number): void => void this.#doubtfulChoices.add(local)
    this.#power = new Reach({ pointers, numbers: new SparseNumbers(), changed: doubtChoice })
  }

  /** About what it takes in memory. */
  get bytes(): number {
    const entries = this.#columns.reduce((sum, { numbers }) => sum + numbers.size, 0)
    const others = this.#reaching.size * 4 + this.members.size * 3 + this.#citers.size * 3
    return this.#shared.numbers.bytes + (entries + others) * bytesPerEntry
  }

  /** The events of the set at one slot. */
  at(slot: number): Iterable<number> {
    return this.#bySlot.get(slot) ?? []
  }

  // The states: columns by index, and what all of them have

  /** Takes the events of the first state, before anything else. */
  shareAll(locals: readonly number[]): void {
    this.#shared.markAll(locals, this.#graph().count)
  }
  /** All states have an event that they did not all have before. */
  share(local: number): void {
    this.#shared.mark(local)
  }
  /** Not all states have the event any more. */
  unshare(local: number): void {
    this.#shared.unmark(local)
  }
  /** A state has an event that not all have. */
  hold(column: number, local: number): void {
    this.#columns[column]!.mark(local)
    this.#countHolding(local, 1)
  }
  /** It has it no more, or all have it. */
  release(column: number, local: number): void {
    this.#columns[column]!.unmark(local)
    this.#countHolding(local, -1)
  }
  /** Adds a state that is as another. */
  addColumn(like?: number): void {
    const numbers = new SparseNumbers(like === undefined ? [] : this.#columns[like]!.numbers.entries())
    const changed = (local: number, isReached: boolean): void => this.#countReaching(local, isReached ? 1 : -1)
    const column = new Reach({ pointers: this.#citedTracked, numbers, changed })
    this.#columns.push(column)
    this.#countColumn(column, 1)
  }
  dropColumn(index: number): void {
    for (const column of this.#columns.splice(index, 1)) this.#countColumn(column, -1)
  }

  /** Brings `members` and `chosen` up to date and says what has changed; `settle` once that has been dealt with. */
  changes(): SetChanges {
    for (const local of this.#doubtful) this.#decide(local)
    this.#doubtful.clear()
    for (const local of this.#doubtfulChoices) this.#choose(local)
    this.#doubtfulChoices.clear()
    return { slots: this.#slots, added: this.#added, isPowerChanged: this.#isPowerChanged }
  }
  settle(): void {
    this.#slots = new Set()
    this.#added = new Set()
    this.#isPowerChanged = false
  }

  #decide(local: number): void {
    const isMember = this.#belongs(local)
    if (isMember === this.members.has(local)) return
    const { slots, flags } = this.#graph()
    const slot = slots[local]!
    this.#slots.add(slot)
    this.#doubtfulChoices.add(local)
    if (isMember) {
      this.members.add(local)
      this.#added.add(local)
      const ofSlot = this.#bySlot.get(slot)
      if (ofSlot) ofSlot.add(local)
      else this.#bySlot.set(slot, new Set([local]))
      if (flags[local]! & authFlags.power) this.#power.mark(local)
    } else {
      this.members.delete(local)
      this.#added.delete(local)
      const ofSlot = this.#bySlot.get(slot)
      ofSlot?.delete(local)
      if (ofSlot?.size === 0) this.#bySlot.delete(slot)
      if (flags[local]! & authFlags.power) this.#power.unmark(local)
    }
  }

  /** "The union of the conflicted state set, the conflicted state subgraph, and the auth difference". */
  #belongs(local: number): boolean {
    if (this.#holding.get(local) > 0) return true
    const reaching = this.#reaching.get(local)
    if (reaching === 0) return false
    // The auth difference: "∪ C_i − ∩ C_i", where C_i is the union of the auth chains of a state's events.
    if (reaching < this.#columns.length && !this.#shared.isReached(local)) return true
    return this.#hasSubgraph && this.#leading.isReached(local)
  }

  #choose(local: number): void {
    const isChosen = this.members.has(local) && this.#power.isMarkedOrReached(local)
    if (isChosen === this.chosen.has(local)) return
    if (isChosen) this.chosen.add(local)
    else this.chosen.delete(local)
    this.#slots.add(this.#graph().slots[local]!)
    this.#isPowerChanged = true
  }

  #countHolding(local: number, change: number): void {
    const before = this.#holding.get(local)
    this.#holding.set(local, before + change)
    if (Math.min(before, before + change) > 0) return
    this.#doubtful.add(local)
    if (!this.#hasSubgraph) return
    if (change > 0) this.#leading.mark(local)
    else this.#leading.unmark(local)
  }

  #countReaching(local: number, change: number): void {
    this.#reaching.set(local, this.#reaching.get(local) + change)
    this.#doubtful.add(local)
  }

  /** How many states there are counts for all that any of them reaches. */
  #countColumn({ numbers }: Column, change: number): void {
    for (const [local, value] of numbers.entries()) {
      if (value > 1) this.#countReaching(local, change)
      if (value % 2 === 1) this.#countHolding(local, change)
    }
    for (const [local] of this.#reaching.entries()) this.#doubtful.add(local)
  }

  readonly #cited = (local: number, visit: (cited: number) => void): void => {
    const { offsets, edges } = this.#graph()
    const end = offsets[local + 1]!
    for (let at = offsets[local]!; at < end; at++) if (edges[at]! >= 0) visit(edges[at]!)
  }

  /** The same, and notes who cites whom where that is asked for. */
  readonly #citedTracked = (local: number, visit: (cited: number) => void): void => {
    this.#cited(local, visit)
    if (!this.#hasSubgraph || this.#tracked.has(local)) return
    this.#tracked.add(local)
    this.#cited(local, (cited) => {
      const citers = this.#citers.get(cited)
      if (citers) citers.push(local)
      else this.#citers.set(cited, [local])
      this.#leading.link(cited, local)
    })
  }
  readonly #tracked = new Set<number>()
}

// Measured: an entry of a map from number to number.
const bytesPerEntry = 40
