// State resolution: one state out of those after the heads of a room's forks, by the algorithm of the room's version.
// Synchronous and pure. What is not loaded is asked for: load `missing` and try again.
// https://spec.matrix.org/v1.19/server-server-api/#room-state-resolution
import type { PastResolution } from './following-resolution.ts'
import { findConflicts } from './state-conflicts.ts'
import type { Resolution, StateResolutionRoom } from './state-resolution-room.ts'
import { resolveV1 } from './state-resolution-v1.ts'
import { resolveV2, v2, v2_1 } from './state-resolution-v2.ts'
import type { StateArena } from './state-vector.ts'

/** How many resolutions are remembered per room: a fork is merged again by each event that cites both of its ends. */
export const resolutionsRememberedMax = 64

/**
 * Resolves the states with these roots into one. The order of `roots` and repetitions do not matter.
 * Throws if a state holds an event that is not in the room's auth DAG.
 */
export function resolve(roots: readonly number[], room: StateResolutionRoom, memory?: ResolutionMemory): Resolution {
  const distinct = [...new Set(roots)]
  if (distinct.length < 2) return { root: distinct[0] ?? room.arena.empty }
  const remembered = memory?.get(room, distinct)
  if (remembered !== undefined) return { root: remembered }
  const resolution = resolveDistinct(distinct, room, memory)
  if ('root' in resolution) memory?.set(room, distinct, resolution.root)
  return resolution
}

function resolveDistinct(roots: readonly number[], room: StateResolutionRoom, memory?: ResolutionMemory): Resolution {
  const states = { roots, conflicts: findConflicts(room.arena, roots) }
  const { stateResolution } = room.rules
  if (stateResolution === 'v1') return resolveV1(room, states)
  const variant = stateResolution === 'v2' ? v2 : v2_1
  return resolveV2(room, states, { variant, memory })
}

/** Remembers the last resolutions of one room by the set hashes of what was resolved, so it outlives roots that were retired. */
export class ResolutionMemory {
  /** Where the next resolution may go on. */
  last: PastResolution | undefined
  readonly #hashes = new Map<string, string>()

  /** The remembered root, while the arena holds that state. */
  get(room: StateResolutionRoom, roots: readonly number[]): number | undefined {
    const key = keyOf(room, roots)
    const hash = this.#hashes.get(key)
    if (hash === undefined) return undefined
    this.#hashes.delete(key)
    this.#hashes.set(key, hash)
    return room.arena.find(hash)
  }

  set(room: StateResolutionRoom, roots: readonly number[], root: number): void {
    this.#hashes.set(keyOf(room, roots), room.arena.hash(root))
    const [oldest] = this.#hashes.keys()
    if (this.#hashes.size > resolutionsRememberedMax && oldest !== undefined) this.#hashes.delete(oldest)
  }
}

const keyOf = (
  { arena, dag }: { readonly arena: StateArena; readonly dag: { readonly revision: number } },
  roots: readonly number[],
) => [dag.revision, ...roots.map((root) => arena.hash(root)).toSorted()].join(' ')
