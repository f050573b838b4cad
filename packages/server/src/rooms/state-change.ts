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

/** A state that is stored: its root in the arena and the number under which it is. */
export interface StatePlace {
  readonly root: number
  readonly snapshot: number
}

export interface StateWay {
  readonly from: StatePlace
  readonly to: number
  /** The slot that an event sets: changed last, so that the state before the event is stored too. */
  readonly lastSlot?: number | undefined
  /** Root of the state before that event; unless told it has in the event's slot what `from` has. */
  readonly before?: number
}

export interface StoredState extends StatePlace {
  /** Changes stored since `from`; 0 if nothing differs. */
  readonly changes: number
  /** It was stored whole. */
  readonly isWhole: boolean
}

/** Writes the state `to` as what differs from a stored one, or whole where that is much. Its roots are known afterwards. */
export function storeState(
  context: RoomsContext,
  w: Write,
  room: HotRoom,
  { from, to, lastSlot, before = from.root }: StateWay,
): StoredState {
  const valueIn = (state: number) => (lastSlot === undefined ? 0 : room.arena.get(state, lastSlot))
  const [replaced, last] = [valueIn(before), valueIn(to)]
  const changed: (readonly [slot: number, nid: number])[] = []
  room.arena.diff(from.root, to, (slot, _, nid) => void (slot !== lastSlot && changed.push([slot, nid])))
  if (lastSlot !== undefined && valueIn(from.root) !== replaced) changed.push([lastSlot, replaced])
  const isWhole = changed.length >= stateCheckpointChangesMin
  let { root, snapshot } = from
  if (isWhole) {
    root = lastSlot === undefined ? to : room.arena.set(to, lastSlot, replaced)
    snapshot = context.store.nextNid('snapshots')
    insertCheckpoint(w, { snapshot, roomNid: room.nid, vector: room.arena.toVector(root) })
    room.addRoot(snapshot, root, snapshot)
    changed.length = 0
  }
  if (lastSlot !== undefined && replaced !== last) changed.push([lastSlot, last])
  for (const [slot, eventNid] of changed) {
    const parent = snapshot
    snapshot = context.store.nextNid('snapshots')
    insertDelta(w, { snapshot, roomNid: room.nid, parent, slot, eventNid })
    root = room.arena.set(root, slot, eventNid)
    room.addRoot(snapshot, root, parent)
  }
  return { root, snapshot, changes: changed.length, isWhole }
}

/** The slot of a (type, state_key), given one if the room never had it. */
export function internSlot(context: RoomsContext, room: HotRoom, [type, stateKey]: readonly [string, string]): number {
  const known = room.slotOf(type, stateKey)
  if (known !== undefined) return known
  const slot = room.slotCount
  room.addSlot(slot, type, stateKey)
  // If this fails, so does every write behind it, and the room is dropped: nobody is left to tell.
  context.store.write((w) => insertSlot(w, { roomNid: room.nid, slot, type, stateKey })).catch(() => undefined)
  return slot
}
