// The rooms as sync reads them: on the same footing as the reading verbs of rooms/.
import type { RoomsContext } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { type RoomEvent, spliceLast } from '../rooms/room-event.ts'
import { serveEvents } from '../rooms/served-event.ts'
import { loadedEvents } from '../rooms/stored-event.ts'
import { viewpoint } from '../rooms/visibility.ts'
import { eventsInRoom } from '../store/events.ts'
import type { SyncRooms, Viewer } from './parts.ts'

/** What the providers of sync ask of the rooms, over the rooms' own context. */
export function syncRooms(context: RoomsContext): SyncRooms {
  const { hotRooms, store } = context
  return {
    peek: (roomNid) => hotRooms.peek(roomNid),
    unsettledMembers: (room) => unsettledMembers(context, room),
    get: (roomNid) => hotRooms.get(roomNid),
    eventsBefore: async (room, beforeOrd, limit) =>
      loadedEvents(
        room,
        await eventsInRoom(store.read, room.nid, { after: null, upTo: beforeOrd - 1, dir: 'b', limit }),
      ),
    isVisible: async (room, event, viewer) => (await viewpoint(readingOf(room, viewer), [event])).sees(event),
    serveState: (room, nids, accepts) => serveState(context, room, { nids, accepts }),
    serve: (room, events, viewer) => serveEvents(context, readingOf(room, viewer), events, { withoutRoomId: true }),
  }
}

interface StateToServe {
  readonly nids: readonly number[]
  readonly accepts: (event: RoomEvent) => boolean
}

async function serveState({ environment }: RoomsContext, room: HotRoom, state: StateToServe): Promise<string[]> {
  const texts: string[] = []
  const now = environment.now()
  for (let from = 0; from < state.nids.length; from += stateEventsPerSlice) {
    if (from > 0) await new Promise<void>((resolve) => void environment.timer(0, resolve))
    for (const event of await room.events(state.nids.slice(from, from + stateEventsPerSlice))) {
      if (!state.accepts(event)) continue
      texts.push(spliceLast(event.syncJson(), `"unsigned":{"age":${Math.max(0, now - event.ts)}}`))
    }
  }
  return texts
}

/** About what is read, cut and joined in `syncSliceMs`. */
const stateEventsPerSlice = 200

function unsettledMembers({ store, users }: RoomsContext, room: HotRoom): number[] {
  const found: number[] = []
  for (let i = room.recent.length - 1; i >= 0; i--) {
    const event = room.recent[i]
    if (event?.ord === undefined || event.ord <= store.durablePosition) break
    const member = event.type === 'm.room.member' ? users.cached(event.stateKey ?? '') : undefined
    if (member !== undefined) found.push(member)
  }
  return found
}

/** Whoever syncs a room is in it, or sees it as it was until they left. */
function readingOf(room: HotRoom, { userId, userNid, deviceNid, until }: Viewer) {
  const membership = until === undefined ? room.membership(userNid) : 'leave'
  return { room, actor: { userId, userNid, deviceNid }, membership, root: room.root, until }
}
