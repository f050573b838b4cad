// State resolution: one state out of those after the heads of a room's forks, by the algorithm of the room's version.
// Synchronous and pure. What is not loaded is asked for: load `missing` and try again.
// https://spec.matrix.org/v1.19/server-server-api/#room-state-resolution
import { findConflicts } from './state-conflicts.ts'
import type { Resolution, StateResolutionRoom } from './state-resolution-room.ts'
import { resolveV1 } from './state-resolution-v1.ts'
import { ForkResolution, v2, v2_1 } from './state-resolution-v2.ts'
import type { StateArena } from './state-vector.ts'

/** How many resolutions are remembered per room: a fork is merged again by each event that cites both of its ends. */
export const resolutionsRememberedMax = 64

/**
 * Resolves the states with these roots into one. The order of `roots` and repetitions do not matter.
 * Throws if a state holds an event that is not in the room's auth DAG.
 */
export function resolve(
  roots: readonly number[],
  room: StateResolutionRoom,
  memory: ResolutionMemory = new ResolutionMemory(),
): Resolution {
  const distinct = [...new Set(roots.map((root) => room.arena.current(root)))]
  if (distinct.length < 2) return { root: distinct[0] ?? room.arena.empty }
  const { stateResolution } = room.rules
  if (stateResolution === 'v1')
    return resolveV1(room, { roots: distinct, conflicts: findConflicts(room.arena, distinct) })
  const forks = memory.forks?.isUsable(room) ? memory.forks : undefined
  const remembered = forks?.known(distinct, room)
  if (remembered !== undefined) return { root: remembered }
  const key = keyOf(room, distinct)
  const found = memory.get(room, key)
  if (found !== undefined) return { root: found }
  const [first = room.arena.empty] = distinct
  const resolving = forks ?? new ForkResolution(room, first, stateResolution === 'v2' ? v2 : v2_1)
  memory.forks = undefined // for good, if it throws
  const resolution = resolving.resolve(distinct, room)
  memory.forks = resolving
  if ('root' in resolution) memory.set(room, key, resolution.root)
  return resolution
}

/** Remembers the last resolutions of one room by the set hashes of what was resolved, so it outlives roots that were retired. */
export class ResolutionMemory {
  /** The forks that were resolved last, from which the next resolution goes on. */
  forks: ForkResolution | undefined
  readonly #hashes = new Map<string, string>()

  /** About what it takes in memory. */
  get bytes(): number {
    return this.forks?.bytes ?? 0
  }

  /** Takes the forks over into the arena as it is after `retire`. */
  carry(room: Pick<StateResolutionRoom, 'arena'>): void {
    if (this.forks?.isHeldIn(room)) this.forks.carry(room)
    else this.forks = undefined
  }

  /** The remembered root, while the arena holds that state. */
  get(room: StateResolutionRoom, key: string): number | undefined {
    const hash = this.#hashes.get(key)
    if (hash === undefined) return undefined
    this.#hashes.delete(key)
    this.#hashes.set(key, hash)
    return room.arena.find(hash)
  }

  set(room: StateResolutionRoom, key: string, root: number): void {
    this.#hashes.set(key, room.arena.hash(root))
    const [oldest] = this.#hashes.keys()
    if (this.#hashes.size > resolutionsRememberedMax && oldest !== undefined) this.#hashes.delete(oldest)
  }
}

/** Says which states of which auth DAG are resolved. */
const keyOf = (
  { arena, dag }: { readonly arena: StateArena; readonly dag: { readonly revision: number } },
  roots: readonly number[],
) => [dag.revision, ...roots.map((root) => arena.hash(root)).toSorted()].join(' ')
