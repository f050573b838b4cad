// What a state event does to the state: its slot, the next version of the vector, and the rows that keep both.
import { stateCheckpointChangesMin } from '../limits.ts'
import { setRoomSnapshot } from '../store/rooms.ts'
import { insertSlot } from '../store/slots.ts'
import { insertDelta, insertCheckpoint } from '../store/state.ts'
import type { Write } from '../store/store.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom, StateChange } from './hot-room.ts'

/** Writes the state after event `nid` and returns it; the room itself is not touched. */
export function changeState(
  context: RoomsContext,
  w: Write,
  { room, type, stateKey, nid }: { room: HotRoom; type: string; stateKey: string; nid: number },
): StateChange {
  const known = room.slotOf(type, stateKey)
  const slot = known ?? room.slotCount
  if (known === undefined) insertSlot(w, { roomNid: room.nid, slot, type, stateKey })
  const replaced = known === undefined ? 0 : room.arena.get(room.root, slot)
  const root = room.arena.set(room.root, slot, nid)
  const snapshot = context.store.nextNid('snapshots')
  insertDelta(w, { snapshot, roomNid: room.nid, parent: room.snapshot, slot, eventNid: nid })
  setRoomSnapshot(w, room.nid, snapshot)
  const changes = room.changesSinceCheckpoint + 1
  const isDue = changes >= Math.max(stateCheckpointChangesMin, room.slotCount / 8)
  if (isDue) insertCheckpoint(w, { snapshot, roomNid: room.nid, vector: room.arena.toVector(root, slot + 1) })
  return { type, stateKey, slot, replaced, root, snapshot, changesSinceCheckpoint: isDue ? 0 : changes }
}
