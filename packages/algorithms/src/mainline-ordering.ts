// The mainline ordering of state resolution: by how old the power levels are that an event was sent under.
// https://spec.matrix.org/v1.19/rooms/v2/#definitions
import type { AuthGraph } from './auth-dag-columns.ts'

/**
 * Sorts events (local numbers) by the mainline ordering based on the power levels event `base`, or on none if that is −1:
 * "the mainline position of x is **greater** than the mainline position of y", then `origin_server_ts`, then event id.
 */
export function mainlineOrdering(
  graph: AuthGraph,
  events: readonly number[],
  { base, eventId }: { readonly base: number; readonly eventId: (local: number) => string },
): number[] {
  const positions = new Map(events.map((local) => [local, mainlinePosition(graph, local, base)]))
  return events.toSorted((x, y) => {
    const [position, other] = [positions.get(x)!, positions.get(y)!]
    if (position !== other) return position > other ? -1 : 1
    const [ts, otherTs] = [graph.originServerTs[x]!, graph.originServerTs[y]!]
    if (ts !== otherTs) return ts - otherTs
    return eventId(x) < eventId(y) ? -1 : 1
  })
}

/**
 * "Find the smallest index j ≥ 1 for which e_j belongs to the mainline of P. If such a j exists, then e_j = P_i for some
 * unique index i ≥ 0. Otherwise set i = ∞". Both lists follow the same pointers, so e_j is where they meet.
 */
export function mainlinePosition(graph: AuthGraph, event: number, base: number): number {
  const start = graph.plParents[event]!
  if (start < 0 || base < 0) return Infinity
  const meeting = meetingPoint(graph, start, base)
  return meeting < 0 ? Infinity : graph.plDepths[base]! - graph.plDepths[meeting]!
}

/** The first event both chains of power levels events have in common, or −1. */
function meetingPoint({ plParents, plDepths, plJumps }: AuthGraph, one: number, other: number): number {
  const depth = Math.min(plDepths[one]!, plDepths[other]!)
  const raise = (from: number): number => {
    let at = from
    while (plDepths[at]! > depth) at = plDepths[plJumps[at]!]! >= depth ? plJumps[at]! : plParents[at]!
    return at
  }
  let [a, b] = [raise(one), raise(other)]
  while (a !== b) {
    if (plParents[a]! < 0) return -1
    const far = plJumps[a] !== plJumps[b]
    ;[a, b] = far ? [plJumps[a]!, plJumps[b]!] : [plParents[a]!, plParents[b]!]
  }
  return a
}
