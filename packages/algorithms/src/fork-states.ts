// The states of a room's forks, kept side by side while they grow: where they differ, and the full conflicted set of that.
// When a state moves on, only the slots are looked at that it changed.
import { FullConflictedSet } from './full-conflicted-set.ts'
import type { StateResolutionRoom } from './state-resolution-room.ts'
import type { StateArena } from './state-vector.ts'

export class ForkStates {
  readonly conflictedSet: FullConflictedSet
  readonly #room: Pick<StateResolutionRoom, 'arena' | 'dag'>
  /** Revision of the auth DAG: local numbers hold for this one. */
  readonly #revision: number
  readonly #roots: number[]
  /** Slots at which not all states have the same event: the nid in each state, 0 where it has none. */
  readonly #conflicts = new Map<number, number[]>()
  /** Where the states came to agree or disagree, or have agreed on something else, since `settle`. */
  #moved = new Set<number>()

  constructor(
    room: Pick<StateResolutionRoom, 'arena' | 'dag'>,
    root: number,
    options: { readonly conflictedSubgraph: boolean },
  ) {
    this.#room = room
    this.#revision = room.dag.revision
    this.#roots = [room.arena.current(root)]
    this.conflictedSet = new FullConflictedSet(() => room.dag.graph(), options)
    const shared: number[] = []
    room.arena.entries(root, (_, nid) => {
      const local = room.dag.localOf(nid)
      if (local >= 0) shared.push(local)
    })
    this.conflictedSet.shareAll(shared)
    this.conflictedSet.addColumn()
  }

  get bytes(): number {
    return this.conflictedSet.bytes + this.#conflicts.size * this.#roots.length * bytesPerConflict
  }

  /** Whether these states are of this room as it is now, with all that they refer to. */
  isUsable({ arena, dag }: Pick<StateResolutionRoom, 'arena' | 'dag'>): boolean {
    const isSame = arena === this.#room.arena && dag === this.#room.dag && dag.revision === this.#revision
    return isSame && this.isHeldIn(arena)
  }
  isHeldIn(arena: StateArena): boolean {
    return this.#roots.every((root) => arena.isHeld(root))
  }

  /** Takes the states over into the arena as it is after `retire`. */
  carry(): void {
    for (const [column, root] of this.#roots.entries()) this.#roots[column] = this.#room.arena.current(root)
  }

  /** Whether these are the states. */
  areAt(roots: readonly number[]): boolean {
    return roots.length === this.#roots.length && roots.every((root) => this.#columnOf(root) >= 0)
  }

  /** Makes these, which are all different, the states. */
  moveTo(roots: readonly number[]): void {
    const fresh = roots.filter((root) => this.#columnOf(root) < 0)
    const { arena } = this.#room
    const wanted = new Set(roots.map((root) => arena.current(root)))
    const gone = this.#roots.flatMap((root, column) => (wanted.has(arena.current(root)) ? [] : [column]))
    // One that goes on as a fresh one; with nothing fresh there is another that stays.
    const [successor] = fresh
    const kept = successor === undefined ? undefined : gone.shift()
    for (const column of gone.toReversed()) this.#drop(column)
    if (successor !== undefined && kept !== undefined) this.#advance(kept, successor)
    for (const root of kept === undefined ? fresh : fresh.slice(1)) this.#add(root)
  }

  /** Slots at which something has become different since `settle`. */
  get moved(): ReadonlySet<number> {
    return this.#moved
  }
  settle(): void {
    this.#moved = new Set()
    this.conflictedSet.settle()
  }

  /** The nid that all states have at a slot; 0 where they differ or have none. */
  unconflicted(slot: number): number {
    return this.#conflicts.has(slot) ? 0 : this.#room.arena.get(this.#roots[0]!, slot)
  }

  /** One of the states, and the slots at which not all are like it. */
  get some(): number {
    return this.#roots[0]!
  }
  get conflictedSlots(): Iterable<number> {
    return this.#conflicts.keys()
  }

  #columnOf(root: number): number {
    const { arena } = this.#room
    const wanted = arena.current(root)
    return this.#roots.findIndex((each) => arena.current(each) === wanted)
  }

  #add(root: number): void {
    const like = 0
    this.conflictedSet.addColumn(like)
    for (const nids of this.#conflicts.values()) nids.push(nids[like]!)
    this.#roots.push(this.#roots[like]!)
    this.#advance(this.#roots.length - 1, root)
  }

  #drop(column: number): void {
    this.conflictedSet.dropColumn(column)
    this.#roots.splice(column, 1)
    for (const [slot, nids] of this.#conflicts) {
      nids.splice(column, 1)
      this.#agree(slot, nids)
    }
  }

  #advance(column: number, root: number): void {
    const from = this.#roots[column]!
    this.#roots[column] = this.#room.arena.current(root)
    this.#room.arena.diff(from, root, (slot, old, nid) => this.#put(slot, { column, old, nid }))
  }

  #put(slot: number, { column, old, nid }: Change): void {
    if (this.#roots.length === 1) {
      this.#moved.add(slot)
      this.#share(nid)
      this.#unshare(old)
      return
    }
    const nids = this.#conflicts.get(slot) ?? this.#disagree(slot, old)
    nids[column] = nid
    if (nid !== 0) this.conflictedSet.hold(column, this.#localOf(nid))
    if (old !== 0) this.conflictedSet.release(column, this.#localOf(old))
    this.#agree(slot, nids)
  }

  #disagree(slot: number, nid: number): number[] {
    const nids = this.#roots.map(() => nid)
    this.#conflicts.set(slot, nids)
    this.#moved.add(slot)
    if (nid !== 0) for (const column of nids.keys()) this.conflictedSet.hold(column, this.#localOf(nid))
    this.#unshare(nid)
    return nids
  }

  /** Nothing, unless all states have the same event at the slot now. */
  #agree(slot: number, nids: readonly number[]): void {
    const [nid = 0] = nids
    if (!nids.every((each) => each === nid)) return
    this.#conflicts.delete(slot)
    this.#moved.add(slot)
    this.#share(nid)
    if (nid !== 0) for (const column of nids.keys()) this.conflictedSet.release(column, this.#localOf(nid))
  }

  #share(nid: number): void {
    const local = this.#room.dag.localOf(nid)
    if (local >= 0) this.conflictedSet.share(local)
  }
  #unshare(nid: number): void {
    const local = this.#room.dag.localOf(nid)
    if (local >= 0) this.conflictedSet.unshare(local)
  }

  #localOf(nid: number): number {
    const local = this.#room.dag.localOf(nid)
    if (local < 0) throw new Error(`State event ${nid} is not in the auth DAG`)
    return local
  }
}

interface Change {
  readonly column: number
  readonly old: number
  readonly nid: number
}

// Measured: a number in an array, and its part of the map's entry.
const bytesPerConflict = 16
