// The arrays of an auth DAG: one row per event, one entry in `edges` per citation, pointers along the power levels events.

/** What a row keeps of an event's type, as bits; `power` marks the power events of state resolution. */
export const authFlags = { create: 1, powerLevels: 2, power: 4, rejected: 8 } as const

/** One event of the DAG. Numbers: `slot` of its (type, state_key), `originServerTs` in ms, `flags` of `authFlags`. */
export interface AuthDagEvent {
  readonly nid: number
  readonly slot: number
  readonly originServerTs: number
  /** Looked at by state resolution v1 only. */
  readonly depth: number
  readonly flags: number
}

/** The DAG as arrays by local number. */
export interface AuthGraph {
  readonly count: number
  readonly nids: Int32Array
  readonly slots: Int32Array
  readonly originServerTs: Float64Array
  readonly depths: Float64Array
  readonly flags: Uint8Array
  /** The auth events of i are `edges` from `offsets[i]` to `offsets[i + 1]`: local numbers below i, or −nid if unknown. */
  readonly offsets: Int32Array
  readonly edges: Int32Array
  /** The power levels event among the auth events, or −1; the number of power levels events behind that pointer. */
  readonly plParents: Int32Array
  readonly plDepths: Int32Array
  /** A power levels event further back, chosen so that any ancestor is found in logarithmic time; itself at the end. */
  readonly plJumps: Int32Array
}

const rowsInitially = 64

/** Grows by rows, each citing rows before it. */
export class AuthDagColumns implements AuthGraph {
  count = 0
  nids: Int32Array<ArrayBuffer>
  slots: Int32Array<ArrayBuffer>
  originServerTs: Float64Array<ArrayBuffer>
  depths: Float64Array<ArrayBuffer>
  flags: Uint8Array<ArrayBuffer>
  offsets: Int32Array<ArrayBuffer>
  edges: Int32Array<ArrayBuffer>
  plParents: Int32Array<ArrayBuffer>
  plDepths: Int32Array<ArrayBuffer>
  plJumps: Int32Array<ArrayBuffer>

  /** Empty, with room for so many rows and citations at least. */
  constructor(rows = 0, citations = 0) {
    const capacity = Math.max(rowsInitially, rows)
    this.nids = new Int32Array(capacity)
    this.slots = new Int32Array(capacity)
    this.originServerTs = new Float64Array(capacity)
    this.depths = new Float64Array(capacity)
    this.flags = new Uint8Array(capacity)
    this.offsets = new Int32Array(capacity + 1)
    this.edges = new Int32Array(Math.max(rowsInitially * 4, citations))
    this.plParents = new Int32Array(capacity)
    this.plDepths = new Int32Array(capacity)
    this.plJumps = new Int32Array(capacity)
  }

  get bytes(): number {
    return Object.values(this).reduce((sum, column) => sum + (ArrayBuffer.isView(column) ? column.byteLength : 0), 0)
  }

  /** Adds a row and returns its number. */
  push(event: AuthDagEvent, edges: readonly number[]): number {
    if (this.count === this.nids.length) this.#growRows()
    const local = this.count++
    this.nids[local] = event.nid
    this.slots[local] = event.slot
    this.originServerTs[local] = event.originServerTs
    this.depths[local] = event.depth
    this.flags[local] = event.flags
    const first = this.offsets[local]!
    while (first + edges.length > this.edges.length) this.edges = grown(this.edges)
    this.edges.set(edges, first)
    this.offsets[local + 1] = first + edges.length
    this.linkPowerLevels(local)
    return local
  }

  /** The row as it was pushed. */
  event(local: number): AuthDagEvent {
    return {
      nid: this.nids[local]!,
      slot: this.slots[local]!,
      originServerTs: this.originServerTs[local]!,
      depth: this.depths[local]!,
      flags: this.flags[local]!,
    }
  }

  /** The nids a row cites, known or not. */
  cited(local: number): number[] {
    const edges = this.edges.subarray(this.offsets[local], this.offsets[local + 1])
    return Array.from(edges, (edge) => (edge < 0 ? -edge : this.nids[edge]!))
  }

  /** Sets a row's pointers. The jump goes past the parent's jump if that and the one after it are equally long. */
  linkPowerLevels(local: number): void {
    const parent = this.#powerLevelsCited(local)
    this.plParents[local] = parent
    this.plDepths[local] = parent < 0 ? 0 : this.plDepths[parent]! + 1
    if (parent < 0) {
      this.plJumps[local] = local
      return
    }
    const jump = this.plJumps[parent]!
    const far = this.plJumps[jump]!
    const nearer = this.plDepths[parent]! - this.plDepths[jump]!
    const further = this.plDepths[jump]! - this.plDepths[far]!
    this.plJumps[local] = nearer === further ? far : parent
  }

  #powerLevelsCited(local: number): number {
    for (let at = this.offsets[local]!; at < this.offsets[local + 1]!; at++) {
      const cited = this.edges[at]!
      if (cited >= 0 && this.flags[cited]! & authFlags.powerLevels) return cited
    }
    return -1
  }

  #growRows(): void {
    this.nids = grown(this.nids)
    this.slots = grown(this.slots)
    this.originServerTs = new Float64Array(this.originServerTs.buffer.transfer(this.originServerTs.byteLength * 2))
    this.depths = new Float64Array(this.depths.buffer.transfer(this.depths.byteLength * 2))
    this.flags = new Uint8Array(this.flags.buffer.transfer(this.flags.byteLength * 2))
    this.offsets = grown(this.offsets)
    this.plParents = grown(this.plParents)
    this.plDepths = grown(this.plDepths)
    this.plJumps = grown(this.plJumps)
  }
}

const grown = (array: Int32Array<ArrayBuffer>) => new Int32Array(array.buffer.transfer(array.byteLength * 2))
