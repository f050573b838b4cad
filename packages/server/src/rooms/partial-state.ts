// Rooms whose members are still to come. Where a membership is missing in their state, that which an event cites stands in
// for it, as long as it was accepted by what it cites itself; what came of that is judged anew once all members are there.
import { MatrixError } from '@myelin/protocol/errors'
import type { HotRoom } from './hot-room.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'

/** The state with the memberships that an event cites and that it lacks. Changes nothing of a whole state. */
export function withCitedMembers(room: HotRoom, root: number, cited: readonly RoomEvent[]): number {
  if (!room.partial) return root
  const missing = cited.flatMap((event) => {
    const isMember = event.type === 'm.room.member' && (event.flags & eventFlag.rejected) === 0
    const slot = isMember ? room.slotOf(event.type, event.stateKey ?? '') : undefined
    return slot === undefined || room.arena.get(root, slot) !== 0 ? [] : [[slot, event.nid] as const]
  })
  return missing.length === 0 ? root : room.arena.setAll(root, missing)
}

/** Throws where only a server that knows the whole state can answer. */
export function requireWholeState(room: HotRoom): void {
  if (room.partial)
    throw new MatrixError('M_UNABLE_DUE_TO_PARTIAL_STATE', 'This server does not know all members of the room yet', {
      status: 404,
    })
}

/** Servers with users in the room, those included of which only that is known. */
export const serversIn = (room: HotRoom): ReadonlySet<string> =>
  new Set([...room.hosts.keys(), ...(room.partial?.servers ?? [])])
