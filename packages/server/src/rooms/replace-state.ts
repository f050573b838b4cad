// The state with which this server came into a room turns out to be another, because it lacked members until now. Every
// event since is judged again and followed by the state it really leads to; then the room moves there.
import { MatrixError } from '@myelin/protocol/errors'
import { importedEventsPerWrite } from '../federation-limits.ts'
import { addEventFlags, eventsInRoom } from '../store/events.ts'
import { setForkState } from '../store/forks.ts'
import { membersCame } from '../store/joins.ts'
import { placeBefore } from '../store/places.ts'
import { setRoomSnapshot } from '../store/rooms.ts'
import { journalKind, type Write } from '../store/store.ts'
import { judge } from './admit.ts'
import { resolveStates } from './auth-graph.ts'
import type { RoomsContext } from './context.ts'
import { type Membership, moveMembers, setMembers } from './enter-room.ts'
import { type HotRoom, loadedStateTypes } from './hot-room.ts'
import { Pace } from '../federation/pace.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { type StatePlace, storeState } from './state-change.ts'
import { loadedEvents } from './stored-event.ts'

export interface Replacing {
  /** Root of the state before the join. */
  readonly root: number
  /** Place of the join in the timeline. */
  readonly joinOrd: number
}

interface Replay {
  readonly context: RoomsContext
  readonly room: HotRoom
  /** The state before the join, as it is stored now. */
  readonly first: StatePlace
  /** States after the events that were judged again, by event id. */
  readonly after: Map<string, StatePlace>
  /** The last event that was. */
  through: number
}

/** Replaces the state; resolves when that is durable. Within `inOrder`. */
export async function replaceState(context: RoomsContext, room: HotRoom, { root, joinOrd }: Replacing): Promise<void> {
  const here = { root: room.root, snapshot: room.snapshot }
  const first = await context.store.write((w) => storeState(context, w, room, { from: here, to: root }))
  const replay: Replay = { context, room, first, after: new Map(), through: placeBefore(joinOrd) }
  for (;;) {
    await judgeAnew(replay)
    const { heads } = room
    const end = await stateAfterHeads(replay)
    const wellKnown = await wellKnownState(room, end)
    const local = await setMembers(context, room, end)
    if (room.dropped) throw new MatrixError('M_UNKNOWN', 'The server could not store a state; please try again')
    // A local user may have said something meanwhile.
    if (room.heads !== heads) continue
    return context.store.write((w) => {
      const position = moveRoomTo(context, w, { room, end, wellKnown, local })
      // The states after them are others now.
      room.heads = heads.map(({ nid, eventId, depth }) => ({ nid, eventId, depth }))
      membersCame(w, room.nid, position)
      room.partial = undefined
      room.completedAt = position
    })
  }
}

/** Judges the events since, and stores the states they lead to. */
async function judgeAnew(replay: Replay): Promise<void> {
  const { context, room } = replay
  const pace = new Pace(context.environment)
  for (;;) {
    await context.store.write(() => undefined) // what is on its way to the disk is read once it is there
    const range = { dir: 'f', after: replay.through, limit: importedEventsPerWrite } as const
    const events = loadedEvents(room, await eventsInRoom(context.store.read, room.nid, range))
    if (events.length === 0) return
    for (const event of events) {
      await judgeOne(replay, event)
      replay.through = event.ord ?? replay.through
      await pace.breathe()
    }
  }
}

async function judgeOne({ context, room, first, after }: Replay, event: RoomEvent): Promise<void> {
  const places = event.authEvent.prevEvents.map((eventId) => after.get(eventId) ?? first)
  const from = places[0] ?? first
  const before = await resolveStates(context, room, { roots: places.map(({ root }) => root) })
  const refusal = await judge(room, event.authEvent, before)
  const slot = event.stateKey === undefined || refusal ? undefined : room.slotOf(event.type, event.stateKey)
  const to = slot === undefined ? before : room.arena.set(before, slot, event.nid)
  const place = await context.store.write((w) => {
    const stored = storeState(context, w, room, { from, to, lastSlot: slot, before })
    setForkState(w, event.nid, stored.snapshot)
    room.forks.set(event.nid, stored.snapshot)
    addEventFlags(w, event.nid, eventFlag.forked | (refusal ? eventFlag.softFailed : 0))
    event.forked()
    return stored
  })
  after.set(event.eventId, place)
}

async function stateAfterHeads({ context, room, first, after }: Replay): Promise<number> {
  const roots = room.heads.map(({ eventId }) => (after.get(eventId) ?? first).root)
  return resolveStates(context, room, { roots })
}

/** Events of a state that a hot room always holds. */
export const wellKnownState = (room: HotRoom, root: number): Promise<RoomEvent[]> =>
  room.events([...loadedStateTypes].map((type) => room.stateNidAt(root, type)).filter((nid) => nid !== 0))

interface Moving {
  readonly room: HotRoom
  readonly end: number
  readonly wellKnown: readonly RoomEvent[]
  /** Members of this server; those of others are set already. */
  readonly local: readonly Membership[]
}

/** Moves the room to another state without an event; returns the position at which that is told. */
export function moveRoomTo(context: RoomsContext, w: Write, { room, end, wellKnown, local }: Moving): number {
  const here = { root: room.root, snapshot: room.snapshot }
  const moved = storeState(context, w, room, { from: here, to: end })
  const replaced: number[] = []
  room.arena.diff(room.root, moved.root, (_, old) => void (old !== 0 && replaced.push(old)))
  const changesSinceCheckpoint = moved.changes + (moved.isWhole ? 0 : room.changesSinceCheckpoint)
  setRoomSnapshot(w, room.nid, moved.snapshot)
  room.setState({ ...moved, changesSinceCheckpoint, replaced, events: wellKnown })
  // Whoever follows the room learns that there is more of it.
  const position = w.journal({ kind: journalKind.event, room: room.nid, user: 0, ref: 0 })
  moveMembers(context, w, { room, position, local })
  return position
}
