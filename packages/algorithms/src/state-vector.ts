// The states of a room as persistent vectors from slot to event nid: 32-way radix tries in one growable array.
// A new version costs one path of nodes and shares the rest, so that two versions are compared in the size of their
// difference. Equal states have equal roots, by whatever way they were reached.
//
//   root ──▶ node ──▶ node ──▶ leaf of 32 nids      a node is 32 integers; node 0 is all zero and stands for "nothing here"
import { mixPair, setHashLanes } from './set-hash.ts'

const bits = 5
const width = 1 << bits
const slotMax = 2 ** 30 - 1

/** Columns of a root: top node, shift at the top node, number of entries, then the lanes of the set hash. */
const columns = { node: 0, shift: 1, size: 2, hash: 3 }
const rootStride = 8
const nodesInitially = 64
const rootsInitially = 16

/** Holds any number of states. A state is a small integer, its root; nids are 1 to 2³¹ − 1 and 0 means absent. */
export class StateArena {
  /** The state without entries. */
  readonly empty = 0
  #nodes = new Int32Array(nodesInitially * width)
  #nodesEnd = width
  #roots = new Int32Array(rootsInitially * rootStride)
  #rootsEnd = 1
  /** The last root from before `retire`: later ones are counted from there. Row 0 is the empty state always. */
  #base = 0
  #older: Generation | undefined
  /** Open addressing from set hash to row; 0 is free, for the empty state needs no entry. */
  #index = new Int32Array(rootsInitially * 2)
  /** Nodes from here on belong to the version being made and may be written. */
  #fresh = 0
  readonly #lanes = new Int32Array(setHashLanes)

  /** Bytes held, including what is reserved for growth. */
  get bytes(): number {
    const older = this.#older
    return this.youngBytes + (older ? older.nodes.byteLength + older.roots.byteLength + older.moved.byteLength : 0)
  }

  /** The same of what was made or used since `retire`. */
  get youngBytes(): number {
    return this.#nodes.byteLength + this.#roots.byteLength + this.#index.byteLength
  }

  /** States from before `retire` are still held. */
  get hasOlder(): boolean {
    return this.#older !== undefined
  }

  /** The nid at the slot, or 0. */
  get(root: number, slot: number): number {
    return this.#read(this.#column(root, columns.node), this.#column(root, columns.shift), slot)
  }

  /** The number of entries. */
  size(root: number): number {
    return this.#column(root, columns.size)
  }

  /** The set hash as eight characters that mean nothing else: equal exactly for equal states, in every process. */
  hash(root: number): string {
    const at = this.#row(root) * rootStride + columns.hash
    let hash = ''
    for (let lane = 0; lane < setHashLanes; lane++) {
      const value = this.#roots[at + lane]!
      hash += String.fromCharCode(value & 0xffff, value >>> 16)
    }
    return hash
  }

  /** The root with this set hash, if the arena holds such a state. */
  find(hash: string): number | undefined {
    for (let lane = 0; lane < setHashLanes; lane++) {
      this.#lanes[lane] = hash.charCodeAt(lane * 2) | (hash.charCodeAt(lane * 2 + 1) << 16)
    }
    return this.#known()
  }

  /** The state with one slot set to a nid, or removed by nid 0. */
  set(root: number, slot: number, nid: number): number {
    const old = this.get(root, slot)
    if (old === nid) return root
    this.#takeLanes(root)
    this.#changeLanes(slot, old, nid)
    const known = this.#known()
    if (known !== undefined) return known
    this.#fresh = this.#nodesEnd
    const top = this.#top(root)
    this.#put(top, slot, nid)
    return this.#addRoot(top, this.size(root) + sizeChange(old, nid))
  }

  /** The state with many slots changed at once: cheaper than one by one, and leaves no versions in between. */
  setAll(root: number, changes: Iterable<readonly [slot: number, nid: number]>): number {
    this.#takeLanes(root)
    this.#fresh = this.#nodesEnd
    const top = this.#top(root)
    let size = this.size(root)
    for (const [slot, nid] of changes) {
      const old = this.#read(top.node, top.shift, slot)
      if (old === nid) continue
      this.#changeLanes(slot, old, nid)
      size += sizeChange(old, nid)
      this.#put(top, slot, nid)
    }
    const known = this.#known()
    if (known === undefined) return this.#addRoot(top, size)
    this.#nodes.fill(0, this.#fresh, this.#nodesEnd)
    this.#nodesEnd = this.#fresh
    return known
  }

  /** Visits every slot at which two states differ, by ascending slot, in time proportional to the difference. */
  diff(a: number, b: number, visit: (slot: number, nidInA: number, nidInB: number) => void): void {
    this.#diffTops(this.#top(a), this.#top(b), visit)
  }

  /** Visits every entry by ascending slot. */
  entries(root: number, visit: (slot: number, nid: number) => void): void {
    this.diff(this.empty, root, (slot, _, nid) => visit(slot, nid))
  }

  /** The state of a packed vector: the nid of slot i at index i, 0 where there is none. */
  fromVector(vector: Int32Array): number {
    this.#lanes.fill(0)
    let size = 0
    for (let slot = 0; slot < vector.length; slot++) {
      const nid = vector[slot]!
      if (nid === 0) continue
      this.#changeLanes(slot, 0, nid)
      size++
    }
    return this.#known() ?? this.#addRoot(this.#build(vector), size)
  }

  /** One past the highest slot that is set. */
  slotEnd(root: number): number {
    let { node, shift } = this.#top(root)
    if (node === 0) return 0
    let base = 0
    for (; ; shift -= bits) {
      let last = width - 1
      while (this.#nodes[node + last] === 0) last--
      base += last << shift
      if (shift === 0) return base + 1
      node = this.#nodes[node + last]!
    }
  }

  /** The packed vector of a state, by default just long enough. Throws RangeError if a slot at or above `length` is set. */
  toVector(root: number, length: number = this.slotEnd(root)): Int32Array {
    const vector = new Int32Array(length)
    this.entries(root, (slot, nid) => {
      if (slot >= length) throw new RangeError(`Slot ${slot} does not fit into a vector of ${length}`)
      vector[slot] = nid
    })
    return vector
  }

  /**
   * Lets go of the states from before the last call. Those made since stay readable until the next one, and are taken over
   * when they are asked for. An equal state may get another root then, so that of two roots from either side of a call
   * only `current` tells whether they are one.
   */
  retire(): void {
    const [nodes, roots, base] = [this.#nodes, this.#roots, this.#base]
    this.#older = { nodes, roots, base, moved: new Int32Array(this.#nodesEnd / width), carried: new Map() }
    this.#base += this.#rootsEnd - 1
    this.#nodes = new Int32Array(nodesInitially * width)
    this.#nodesEnd = width
    this.#roots = new Int32Array(rootsInitially * rootStride)
    this.#rootsEnd = 1
    this.#index = new Int32Array(rootsInitially * 2)
  }

  /** The root by which a state is held until the next `retire`. Throws RangeError for what has been let go. */
  current(root: number): number {
    return root > this.#base || root === this.empty ? root : this.#carry(root)
  }

  /** Whether it is held: made or asked for since the last call of `retire` but one. */
  isHeld(root: number): boolean {
    return root === this.empty || root > (this.#older?.base ?? this.#base)
  }

  #column(root: number, column: number): number {
    const row = this.#row(root) // first, because it may put a larger array in place
    return this.#roots[row * rootStride + column]!
  }

  #row(root: number): number {
    return root === this.empty ? 0 : this.current(root) - this.#base
  }

  /** Takes a state of the older generation over, with the nodes that it does not share with one that was. */
  #carry(root: number): number {
    const older = this.#older
    if (!older || root <= older.base) throw new RangeError(`State ${root} has been let go`)
    const known = older.carried.get(root)
    if (known !== undefined) return known
    const at = (root - older.base) * rootStride
    this.#lanes.set(older.roots.subarray(at + columns.hash, at + columns.hash + setHashLanes))
    const carried = this.#known() ?? this.#move(older, at)
    older.carried.set(root, carried)
    return carried
  }

  #move(older: Generation, at: number): number {
    const shift = older.roots[at + columns.shift]!
    const node = this.#moveNode(older.roots[at + columns.node]!, shift, older)
    return this.#addRoot({ node, shift }, older.roots[at + columns.size]!)
  }

  #top(root: number): Top {
    return { node: this.#column(root, columns.node), shift: this.#column(root, columns.shift) }
  }

  #read(top: number, topShift: number, slot: number): number {
    if (slot >>> topShift >= width) return 0
    const nodes = this.#nodes
    let node = top
    for (let shift = topShift; shift > 0; shift -= bits) node = nodes[node + ((slot >>> shift) & (width - 1))]!
    return nodes[node + (slot & (width - 1))]!
  }

  /** Writes one slot into the version being made, raising or lowering its top as needed. */
  #put(top: Top, slot: number, nid: number): void {
    if (!(slot >= 0 && slot <= slotMax)) throw new RangeError(`Slot ${slot} is out of range`)
    while (slot >>> top.shift >= width) {
      if (top.node !== 0) {
        const raised = this.#allocate()
        this.#nodes[raised] = top.node
        top.node = raised
      }
      top.shift += bits
    }
    top.node = this.#putBelow(top.node, top.shift, { slot, nid })
    while (top.shift > 0 && this.#onlyFirst(top.node)) {
      top.node = this.#nodes[top.node]!
      top.shift -= bits
    }
  }

  /** Returns the node that replaces `node`: itself if it is fresh, a copy if it is shared, 0 once nothing is left in it. */
  #putBelow(node: number, shift: number, entry: { readonly slot: number; readonly nid: number }): number {
    const own = node >= this.#fresh ? node : this.#copy(node)
    const at = own + ((entry.slot >>> shift) & (width - 1))
    const value = shift === 0 ? entry.nid : this.#putBelow(this.#nodes[at]!, shift - bits, entry)
    this.#nodes[at] = value
    return value === 0 && this.#nothingFrom(own, 0) ? 0 : own
  }

  #onlyFirst(node: number): boolean {
    return this.#nothingFrom(node, 1)
  }

  #nothingFrom(node: number, first: number): boolean {
    for (let i = first; i < width; i++) if (this.#nodes[node + i] !== 0) return false
    return true
  }

  #allocate(): number {
    if (this.#nodesEnd === this.#nodes.length) this.#nodes = doubled(this.#nodes)
    const node = this.#nodesEnd
    this.#nodesEnd += width
    return node
  }

  #copy(node: number): number {
    const copy = this.#allocate()
    if (node !== 0) this.#nodes.copyWithin(copy, node, node + width)
    return copy
  }

  #diffTops(a: Readonly<Top>, b: Readonly<Top>, visit: Walk['visit']): void {
    if (a.shift < b.shift) return this.#diffTops(b, a, (slot, inB, inA) => visit(slot, inA, inB))
    if (a.shift === b.shift) return this.#diffNodes(a.node, b.node, { shift: a.shift, base: 0, visit })
    const shift = a.shift - bits
    this.#diffTops({ node: this.#nodes[a.node]!, shift }, b, visit)
    for (let i = 1; i < width; i++) this.#diffNodes(this.#nodes[a.node + i]!, 0, { shift, base: i << a.shift, visit })
  }

  #diffNodes(a: number, b: number, walk: Walk): void {
    if (a === b) return
    const nodes = this.#nodes
    const { shift, base, visit } = walk
    for (let i = 0; i < width; i++) {
      const inA = nodes[a + i]!
      const inB = nodes[b + i]!
      if (inA === inB) continue
      if (shift === 0) visit(base + i, inA, inB)
      else this.#diffNodes(inA, inB, { shift: shift - bits, base: base + (i << shift), visit })
    }
  }

  #build(vector: Int32Array): Top {
    let level = this.#packLevel(vector)
    let shift = 0
    while (level.length > 1) {
      level = this.#packLevel(level)
      shift += bits
    }
    const top = { node: level[0] ?? 0, shift }
    while (top.shift > 0 && this.#onlyFirst(top.node)) {
      top.node = this.#nodes[top.node]!
      top.shift -= bits
    }
    return top
  }

  /** Puts values into nodes of 32 and returns those nodes, 0 where all 32 are zero. */
  #packLevel(values: Int32Array): Int32Array {
    const level = new Int32Array(Math.ceil(values.length / width))
    for (let i = 0; i < level.length; i++) {
      const part = values.subarray(i * width, (i + 1) * width)
      if (part.every((value) => value === 0)) continue
      const node = this.#allocate()
      this.#nodes.set(part, node)
      level[i] = node
    }
    return level
  }

  #moveNode(node: number, shift: number, from: Pick<Generation, 'nodes' | 'moved'>): number {
    if (node === 0) return 0
    const before = from.moved[node / width]!
    if (before !== 0) return before
    const copy = this.#allocate()
    from.moved[node / width] = copy
    for (let i = 0; i < width; i++) {
      const value = from.nodes[node + i]!
      const moved = shift === 0 ? value : this.#moveNode(value, shift - bits, from)
      this.#nodes[copy + i] = moved
    }
    return copy
  }

  #takeLanes(root: number): void {
    for (let lane = 0; lane < setHashLanes; lane++) this.#lanes[lane] = this.#column(root, columns.hash + lane)
  }

  #changeLanes(slot: number, old: number, nid: number): void {
    for (let lane = 0; lane < setHashLanes; lane++) {
      const removed = old === 0 ? 0 : mixPair(slot, old, lane)
      const added = nid === 0 ? 0 : mixPair(slot, nid, lane)
      this.#lanes[lane] = this.#lanes[lane]! + added - removed
    }
  }

  /** The root whose set hash is in the lanes. */
  #known(): number | undefined {
    const [a, b, c, d] = [this.#lanes[0]!, this.#lanes[1]!, this.#lanes[2]!, this.#lanes[3]!]
    if ((a | b | c | d) === 0) return this.empty
    const roots = this.#roots
    const mask = this.#index.length - 1
    for (let at = a & mask; ; at = (at + 1) & mask) {
      const row = this.#index[at]!
      if (row === 0) return undefined
      const hash = row * rootStride + columns.hash
      if (roots[hash] === a && roots[hash + 1] === b && roots[hash + 2] === c && roots[hash + 3] === d)
        return this.#base + row
    }
  }

  #addRoot(top: Readonly<Top>, size: number): number {
    const row = this.#rootsEnd++
    if (row * rootStride === this.#roots.length) this.#roots = doubled(this.#roots)
    const at = row * rootStride
    this.#roots[at + columns.node] = top.node
    this.#roots[at + columns.shift] = top.shift
    this.#roots[at + columns.size] = size
    this.#roots.set(this.#lanes, at + columns.hash)
    if (this.#rootsEnd * 2 > this.#index.length) this.#growIndex()
    else this.#enter(row)
    return this.#base + row
  }

  #growIndex(): void {
    this.#index = new Int32Array(this.#index.length * 2)
    for (let row = 1; row < this.#rootsEnd; row++) this.#enter(row)
  }

  #enter(row: number): void {
    const mask = this.#index.length - 1
    let at = this.#roots[row * rootStride + columns.hash]! & mask
    while (this.#index[at] !== 0) at = (at + 1) & mask
    this.#index[at] = row
  }
}

/** What was held before `retire`. */
interface Generation {
  readonly nodes: Int32Array
  readonly roots: Int32Array
  readonly base: number
  /** Where its nodes have been moved, by their numbers there divided by their width; 0 for those that have not. */
  readonly moved: Int32Array
  /** Its states that have been taken over, by root. */
  readonly carried: Map<number, number>
}

interface Top {
  node: number
  shift: number
}

interface Walk {
  readonly shift: number
  readonly base: number
  readonly visit: (slot: number, nidInA: number, nidInB: number) => void
}

function sizeChange(old: number, nid: number): number {
  return Number(nid !== 0) - Number(old !== 0)
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
