// Where states differ: found by comparing tries, so that what all states share is never looked at.
import type { StateArena } from './state-vector.ts'

/** Slots at which not all states have the same event: slot → the nid in each state, 0 where it has none. */
export type Conflicts = ReadonlyMap<number, Int32Array>

/** The conflicts between the states of `roots`, of which there is at least one. */
export function findConflicts(arena: StateArena, roots: readonly number[]): Conflicts {
  const conflicts = new Map<number, Int32Array>()
  const [first = arena.empty] = roots
  for (const [state, root] of roots.entries()) {
    arena.diff(first, root, (slot, inFirst, here) => {
      let nids = conflicts.get(slot)
      if (!nids) conflicts.set(slot, (nids = new Int32Array(roots.length).fill(inFirst)))
      nids[state] = here
    })
  }
  return conflicts
}

/** The events in a conflict, each once. */
export function eventsInConflict(nids: Int32Array): number[] {
  const events: number[] = []
  for (const nid of nids) if (nid !== 0 && !events.includes(nid)) events.push(nid)
  return events
}
