// Questions about the whole auth DAG, each answered by one or two passes over its local numbers. Auth events have lower
// numbers than what cites them, so a descending pass sees every path to an event before the event itself.
import { type AuthGraph, authFlags } from './auth-dag-columns.ts'

/** Events that some of the state sets hold and others do not: local numbers, and which sets hold each. */
export interface StateSets {
  /** How many state sets there are. */
  readonly count: number
  /** The events not held by all, by local number. */
  readonly conflicted: readonly number[]
  /** Whether set k holds the event at this index of `conflicted`. */
  readonly holds: (index: number, set: number) => boolean
  /** Whether all sets hold an event: asked with its local number. */
  readonly heldByAll: (local: number) => boolean
}

/**
 * The auth difference: "If C_i is the full auth chain of S_i, then the auth difference is ∪ C_i − ∩ C_i", where "the full
 * auth chain for each state S_i […] is the union of the auth chains for each event in S_i". An event is no part of its own
 * chain. Returns local numbers, descending. https://spec.matrix.org/v1.19/rooms/v2/#definitions
 */
export function authDifference(graph: AuthGraph, sets: StateSets): number[] {
  const masks = new Masks(graph, sets.count)
  const seeds = descending(sets.conflicted)
  const difference: number[] = []
  const held = new Int32Array(masks.words)
  let seed = 0
  for (let local = graph.count - 1; local >= 0 && (seed < seeds.length || masks.pending > 0); local--) {
    if (masks.isPartial(local)) {
      difference.push(local)
      masks.pending--
    }
    const index = seeds[seed]
    if (index !== undefined && sets.conflicted[index] === local) {
      seed++
      held.fill(0)
      for (let set = 0; set < sets.count; set++) if (sets.holds(index, set)) held[set >>> 5]! |= 1 << (set & 31)
      masks.passOn(local, held)
    } else if (!masks.isFull(local) && sets.heldByAll(local)) masks.passOn(local, masks.full)
    else if (!masks.isZero(local)) masks.passOn(local, masks.none)
  }
  return difference
}

/** The indices of different numbers, that of the largest first. */
function descending(numbers: readonly number[]): Int32Array {
  const keys = Float64Array.from(numbers, (number, index) => -number * numbers.length + index).toSorted()
  return Int32Array.from(keys, (key) => ((key % numbers.length) + numbers.length) % numbers.length)
}

/** Which state sets have an event in their auth chains, one bit per set. */
class Masks {
  readonly words: number
  /** All bits of all sets. */
  readonly full: Int32Array
  /** Events not reached yet that are in some chains and not in others. */
  pending = 0
  /** No bits. */
  readonly none: Int32Array
  readonly #graph: AuthGraph
  readonly #bits: Int32Array

  constructor(graph: AuthGraph, sets: number) {
    this.words = Math.ceil(sets / 32)
    this.none = new Int32Array(this.words)
    this.full = new Int32Array(this.words).fill(-1)
    if (sets % 32 !== 0) this.full[this.words - 1] = (1 << (sets % 32)) - 1
    this.#graph = graph
    this.#bits = new Int32Array(graph.count * this.words)
  }

  isZero(local: number): boolean {
    for (let word = 0; word < this.words; word++) if (this.#bits[local * this.words + word] !== 0) return false
    return true
  }

  isFull(local: number): boolean {
    for (let word = 0; word < this.words; word++) {
      if (this.#bits[local * this.words + word] !== this.full[word]) return false
    }
    return true
  }

  isPartial(local: number): boolean {
    return !this.isZero(local) && !this.isFull(local)
  }

  /** A set that has an event in its chain, or holds it, has the event's auth events in its chain. */
  passOn(local: number, held: Int32Array): void {
    if (this.words === 1) return this.#passOnWord(local, held[0]!)
    const { offsets, edges } = this.#graph
    for (let at = offsets[local]!; at < offsets[local + 1]!; at++) {
      const cited = edges[at]!
      if (cited < 0 || this.isFull(cited)) continue
      const before = this.isPartial(cited)
      for (let word = 0; word < this.words; word++) {
        this.#bits[cited * this.words + word]! |= this.#bits[local * this.words + word]! | held[word]!
      }
      this.pending += Number(this.isPartial(cited)) - Number(before)
    }
  }

  /** The same for up to 32 sets, which is nearly always. */
  #passOnWord(local: number, held: number): void {
    const bits = this.#bits
    const { offsets, edges } = this.#graph
    const full = this.full[0]!
    const passed = bits[local]! | held
    const end = offsets[local + 1]!
    for (let at = offsets[local]!; at < end; at++) {
      const cited = edges[at]!
      if (cited < 0) continue
      const before = bits[cited]!
      const after = before | passed
      if (after === before) continue
      bits[cited] = after
      this.pending += Number(after !== full) - Number(before !== 0)
    }
  }
}

/**
 * The conflicted state subgraph: "Starting from an event in the *conflicted state set* and following `auth_events` edges may
 * lead to another event in the conflicted state set. The union of all such paths between any pair of events in the conflicted
 * state set (including endpoints)". Returns local numbers. https://spec.matrix.org/v1.19/rooms/v12/#definitions
 */
export function conflictedSubgraph(graph: AuthGraph, conflicted: readonly number[]): number[] {
  const span = spanOf(conflicted)
  const endpoints = new Uint8Array(span.length)
  for (const local of conflicted) endpoints[local - span.lowest] = 1
  const below = citedFrom(graph, endpoints, span.lowest)
  const above = new Uint8Array(span.length)
  const subgraph: number[] = []
  for (let i = 0; i < span.length; i++) {
    if (below[i] === 0 && endpoints[i] === 0) continue
    if (endpoints[i] === 1 || citesAny(graph, i + span.lowest, above, span.lowest)) {
      above[i] = 1
      subgraph.push(i + span.lowest)
    }
  }
  return subgraph
}

/**
 * "Select the set X of all *power events* that appear in the *full conflicted set*. For each such power event P, enlarge X by
 * adding the events in the auth chain of P which also belong to the full conflicted set." Takes and returns local numbers.
 */
export function powerEventsAndTheirChains(graph: AuthGraph, fullConflictedSet: readonly number[]): number[] {
  const span = spanOf(fullConflictedSet)
  const power = new Uint8Array(span.length)
  for (const local of fullConflictedSet) {
    if (graph.flags[local]! & authFlags.power) power[local - span.lowest] = 1
  }
  const chains = citedFrom(graph, power, span.lowest)
  return fullConflictedSet.filter((local) => power[local - span.lowest] === 1 || chains[local - span.lowest] === 1)
}

interface Span {
  readonly lowest: number
  readonly length: number
}

function spanOf(locals: readonly number[]): Span {
  let lowest = locals[0] ?? 0
  let highest = lowest - 1
  for (const local of locals) {
    if (local < lowest) lowest = local
    if (local > highest) highest = local
  }
  return { lowest, length: highest + 1 - lowest }
}

/** Marks what the marked events cite, directly or not. Index 0 is the event `lowest`; events below it are left out. */
function citedFrom(graph: AuthGraph, marked: Uint8Array, lowest: number): Uint8Array {
  const { offsets, edges } = graph
  const cited = new Uint8Array(marked.length)
  for (let i = marked.length - 1; i >= 0; i--) {
    if (marked[i] === 0 && cited[i] === 0) continue
    const end = offsets[i + lowest + 1]!
    for (let at = offsets[i + lowest]!; at < end; at++) if (edges[at]! >= lowest) cited[edges[at]! - lowest] = 1
  }
  return cited
}

function citesAny(graph: AuthGraph, local: number, marked: Uint8Array, lowest: number): boolean {
  const { offsets, edges } = graph
  const end = offsets[local + 1]!
  for (let at = offsets[local]!; at < end; at++) {
    if (edges[at]! >= lowest && marked[edges[at]! - lowest] === 1) return true
  }
  return false
}
