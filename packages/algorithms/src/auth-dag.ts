// The auth DAG of a room: its state events and the `auth_events` between them, in flat typed arrays. Events get dense local
// numbers in auth-topological order, an event after all it cites, so that one pass over the numbers walks the whole graph.
// Events that come after one that cites them are numbered at the end, and put into order before the next walk.
import { type AuthDagEvent, type AuthGraph, AuthDagColumns, authFlags } from './auth-dag-columns.ts'
import { packColumns, unpackColumns } from './auth-dag-packing.ts'
import type { AuthEvent } from './event.ts'

const indexInitially = 128

/** Of an event, what its flags say something about. */
export type Flagged = Pick<AuthEvent, 'type' | 'stateKey' | 'sender' | 'content' | 'rejected'>

/** The `flags` of an event. `power` marks the power events. https://spec.matrix.org/v1.19/rooms/v2/#definitions */
export function authFlagsOf(event: Flagged): number {
  const unkeyed = event.stateKey === ''
  return (
    (event.type === 'm.room.create' && unkeyed ? authFlags.create : 0) |
    (event.type === 'm.room.power_levels' && unkeyed ? authFlags.powerLevels : 0) |
    (isPowerEvent(event) ? authFlags.power : 0) |
    (event.rejected === true ? authFlags.rejected : 0)
  )
}

/**
 * "A *power event* is a state event with type `m.room.power_levels` or `m.room.join_rules`, or a state event with type
 * `m.room.member` where the `membership` is `leave` or `ban` and the `sender` does not match the `state_key`."
 */
export function isPowerEvent(event: Flagged): boolean {
  if (event.stateKey === undefined) return false
  if (event.type === 'm.room.power_levels' || event.type === 'm.room.join_rules') return true
  const { membership } = event.content
  return (
    event.type === 'm.room.member' &&
    (membership === 'leave' || membership === 'ban') &&
    event.sender !== event.stateKey
  )
}

/** The state events of a room, accepted or rejected, and what they cite. */
export class AuthDag {
  #columns = new AuthDagColumns()
  /** Open addressing from nid to local number + 1; 0 is free. */
  #index = new Int32Array(indexInitially)
  /** Nids that are cited and not here. */
  #awaited = new Set<number>()
  /** What events cite that were here before it was known, until the next renumbering. */
  readonly #completed = new Map<number, readonly number[]>()
  #disordered = false
  #revision = 0
  #create = 0

  /** The DAG that was packed. Throws RangeError if these bytes are none. */
  static unpack(bytes: Uint8Array): AuthDag {
    const dag = new AuthDag()
    dag.#columns = unpackColumns(bytes)
    const { count, edges, flags, nids, offsets } = dag.#columns
    while (count * 2 > dag.#index.length) dag.#index = new Int32Array(dag.#index.length * 2)
    for (let local = 0; local < count; local++) {
      dag.#enter(local)
      if (flags[local]! & authFlags.create && dag.#create === 0) dag.#create = nids[local]!
    }
    for (let at = 0; at < offsets[count]!; at++) if (edges[at]! < 0) dag.#awaited.add(-edges[at]!)
    return dag
  }

  /** The DAG in bytes, about 40 an event and 4 a citation: what a store keeps so that a room need not be read event by event. */
  pack(): Uint8Array {
    this.graph()
    return packColumns(this.#columns)
  }

  /** The number of events. */
  get count(): number {
    return this.#columns.count
  }

  /** Grows when an event arrives after one that cites it, for then what was resolved before may resolve differently. */
  get revision(): number {
    return this.#revision
  }

  /** Bytes of the arrays, including what is reserved for growth. */
  get bytes(): number {
    return this.#columns.bytes + this.#index.byteLength
  }

  /** The nid of the create event, or 0 before it is here. */
  get create(): number {
    return this.#create
  }

  has(nid: number): boolean {
    return this.#find(nid) >= 0
  }

  /**
   * Adds an event and the nids it cites, known or not. An event that is here already gets what it cites besides: it may have
   * come, as an invite does, before there was anything to cite.
   */
  append(event: AuthDagEvent, authNids: readonly number[]): void {
    const local = this.#find(event.nid)
    if (local >= 0) return this.#complete(local, authNids)
    if (event.flags & authFlags.create && this.#create === 0) this.#create = event.nid
    if (this.#awaited.delete(event.nid)) {
      this.#disordered = true
      this.#revision++
    }
    this.#insert(event, authNids)
  }

  /** The arrays, in order. Valid until the next `append`. */
  graph(): AuthGraph {
    if (this.#disordered) this.#renumber()
    return this.#columns
  }

  /** The local number of an event in `graph()`, or −1. Valid until the next `append`. */
  localOf(nid: number): number {
    if (this.#disordered) this.#renumber()
    return this.#find(nid)
  }

  #find(nid: number): number {
    const mask = this.#index.length - 1
    const { nids } = this.#columns
    for (let at = spread(nid) & mask; ; at = (at + 1) & mask) {
      const local = this.#index[at]! - 1
      if (local < 0 || nids[local] === nid) return local
    }
  }

  #insert(event: AuthDagEvent, authNids: readonly number[]): void {
    const edges: number[] = []
    for (const nid of authNids) {
      const local = this.#find(nid)
      if (local < 0) this.#awaited.add(nid)
      const edge = local < 0 ? -nid : local
      if (!edges.includes(edge)) edges.push(edge)
    }
    const local = this.#columns.push(event, edges)
    if (this.#columns.count * 2 > this.#index.length) this.#growIndex()
    else this.#enter(local)
  }

  #complete(local: number, authNids: readonly number[]): void {
    const cited = this.#columns.cited(local)
    if (authNids.every((nid) => cited.includes(nid))) return
    this.#completed.set(this.#columns.nids[local]!, [...new Set([...cited, ...authNids])])
    this.#disordered = true
    this.#revision++
  }

  #growIndex(): void {
    this.#index = new Int32Array(this.#index.length * 2)
    for (let local = 0; local < this.#columns.count; local++) this.#enter(local)
  }

  #enter(local: number): void {
    const mask = this.#index.length - 1
    let at = spread(this.#columns.nids[local]!) & mask
    while (this.#index[at] !== 0) at = (at + 1) & mask
    this.#index[at] = local + 1
  }

  /** Inserts all events anew, each after those it cites. */
  #renumber(): void {
    const before = this.#columns
    const citedBy = (local: number) => this.#completed.get(before.nids[local]!) ?? before.cited(local)
    const order = topologicalOrder(before.count, (local) => citedBy(local).map((nid) => this.#find(nid)))
    this.#columns = new AuthDagColumns()
    this.#index = new Int32Array(indexInitially)
    this.#awaited = new Set()
    for (const local of order) this.#insert(before.event(local), citedBy(local))
    this.#completed.clear()
    this.#disordered = false
  }
}

/** Spreads consecutive numbers. */
const spread = (nid: number): number => Math.imul(nid, 0x9e3779b1) >>> 7

/** All of 0 … count − 1, each after what it cites. Negative citations are left out, and so are those that close a circle. */
function topologicalOrder(count: number, cited: (local: number) => readonly number[]): number[] {
  const order: number[] = []
  const entered = new Uint8Array(count)
  const path: { local: number; rest: number[] }[] = []
  const enter = (local: number): void => {
    entered[local] = 1
    path.push({ local, rest: cited(local).toReversed() })
  }
  for (let start = 0; start < count; start++) {
    if (entered[start] === 0) enter(start)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.rest.pop()
      if (next === undefined) order.push(path.pop()!.local)
      else if (next >= 0 && entered[next] === 0) enter(next)
    }
  }
  return order
}
