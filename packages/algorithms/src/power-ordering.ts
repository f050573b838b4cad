// The reverse topological power ordering of state resolution. https://spec.matrix.org/v1.19/rooms/v2/#definitions
import type { AuthGraph } from './auth-dag-columns.ts'

/** What is compared, by local number: the sender's power level under the event's own auth events, and the event id. */
export interface PowerOrderingKeys {
  readonly senderPower: (local: number) => number
  readonly eventId: (local: number) => string
}

/**
 * Sorts events (local numbers) into "the lexicographically smallest topological ordering based on the DAG formed by auth
 * events", by Kahn's algorithm "at each step selecting, among all the candidate vertices, the smallest vertex".
 */
export function reverseTopologicalPowerOrdering(
  graph: AuthGraph,
  events: readonly number[],
  keys: PowerOrderingKeys,
): number[] {
  const citing = new Map<number, number[]>(events.map((local) => [local, []]))
  const waitsFor = new Map<number, number>()
  for (const local of events) {
    let waiting = 0
    for (let at = graph.offsets[local]!; at < graph.offsets[local + 1]!; at++) {
      const lists = citing.get(graph.edges[at]!)
      if (!lists) continue
      lists.push(local)
      waiting++
    }
    waitsFor.set(local, waiting)
  }
  const candidates = new Heap(before(graph, keys))
  for (const [local, waiting] of waitsFor) if (waiting === 0) candidates.push(local)
  const ordered: number[] = []
  for (let local = candidates.pop(); local !== undefined; local = candidates.pop()) {
    ordered.push(local)
    for (const next of citing.get(local)!) {
      const waiting = waitsFor.get(next)! - 1
      waitsFor.set(next, waiting)
      if (waiting === 0) candidates.push(next)
    }
  }
  return ordered
}

/**
 * "x < y if x's sender has *greater* power level than y's sender, […] or the senders have the same power level, but x's
 * `origin_server_ts` is *less* […]; or […] x's `event_id` is *less* than y's `event_id`."
 */
function before(graph: AuthGraph, { senderPower, eventId }: PowerOrderingKeys): (x: number, y: number) => boolean {
  return (x, y) => {
    const [power, other] = [senderPower(x), senderPower(y)]
    if (power !== other) return power > other
    const [ts, otherTs] = [graph.originServerTs[x]!, graph.originServerTs[y]!]
    return ts === otherTs ? eventId(x) < eventId(y) : ts < otherTs
  }
}

/** A binary heap: gives back its smallest first. */
class Heap {
  readonly #items: number[] = []
  readonly #before: (x: number, y: number) => boolean

  constructor(before: (x: number, y: number) => boolean) {
    this.#before = before
  }

  push(item: number): void {
    let at = this.#items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(item, this.#items[parent]!)) break
      this.#items[at] = this.#items[parent]!
      at = parent
    }
    this.#items[at] = item
  }

  pop(): number | undefined {
    const smallest = this.#items[0]
    const last = this.#items.pop()
    if (last !== undefined && this.#items.length > 0) this.#sink(last)
    return smallest
  }

  /** Puts an item in the place of the smallest. */
  #sink(item: number): void {
    const items = this.#items
    let at = 0
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++
      if (!this.#before(items[child]!, item)) break
      items[at] = items[child]!
      at = child
    }
    items[at] = item
  }
}
