// Where this server comes back into a room through one that has not heard how its users came out of it, what it followed then
// is beside its join, and no part of its past: it stays a head, and the resolution of states says who is in the room.
import { MatrixError } from '@myelin/protocol/errors'
import { forwardExtremitiesMax } from '../federation-limits.ts'
import { setRoomHeads } from '../store/rooms.ts'
import { leadsBackTo } from './arrival.ts'
import { resolveStates } from './auth-graph.ts'
import { isLocal, type RoomsContext } from './context.ts'
import { rootsAfter } from './dag-state.ts'
import { changedMembers, setMembers } from './enter-room.ts'
import type { Head, HotRoom } from './hot-room.ts'
import { membershipIn } from './member-event.ts'
import { moveRoomTo, wellKnownState } from './replace-state.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'

const notJudged = eventFlag.outlier | eventFlag.unjudged | eventFlag.rejected

/** Heads of the room that follow how users of this server came out of it, where the state that it is entered with does not. */
export async function unheardHeads(context: RoomsContext, room: HotRoom, root: number): Promise<readonly Head[]> {
  const unheard = room.heads.length === 0 ? [] : await unheardRemovals(context, room, root)
  if (unheard.length === 0) return []
  const heads: Head[] = []
  for (const head of room.heads) {
    const [after = room.arena.empty] = await rootsAfter(context, room, [head])
    if (unheard.some(({ nid, stateKey }) => room.stateNidAt(after, 'm.room.member', stateKey) === nid)) heads.push(head)
  }
  return heads
}

async function unheardRemovals(context: RoomsContext, room: HotRoom, root: number): Promise<RoomEvent[]> {
  const unheard: RoomEvent[] = []
  for (const { userId, nid, before } of changedMembers(room, root)) {
    if (!isLocal(context, userId) || before === 0) continue
    const [removal] = await room.events([before])
    if (!removal || !isRemoval(removal)) continue
    const [membership] = nid === 0 ? [] : await room.events([nid])
    if (!membership || !(await leadsBackTo(context, room, { membership, eventId: removal.eventId })))
      unheard.push(removal)
  }
  return unheard
}

const isRemoval = (event: RoomEvent): boolean =>
  (event.flags & notJudged) === 0 && ['leave', 'ban'].includes(membershipIn(event) ?? '')

/** Makes them heads beside those there are; resolves when that is durable. Within `inOrder`. */
export async function keepHeads(context: RoomsContext, room: HotRoom, unheard: readonly Head[]): Promise<void> {
  for (;;) {
    const now = room.heads
    const heads = [...unheard, ...now].slice(-forwardExtremitiesMax)
    const end = await resolveStates(context, room, { roots: await rootsAfter(context, room, heads) })
    const wellKnown = await wellKnownState(room, end)
    const local = await setMembers(context, room, end)
    if (room.dropped) throw new MatrixError('M_UNKNOWN', 'The server could not store a state; please try again')
    // A local user may have said something meanwhile.
    if (room.heads !== now) continue
    return context.store.write((w) => {
      moveRoomTo(context, w, { room, end, wellKnown, local })
      const nids = heads.map(({ nid }) => nid)
      setRoomHeads(w, room.nid, nids)
      room.headsStored = true
      room.heads = heads
    })
  }
}
