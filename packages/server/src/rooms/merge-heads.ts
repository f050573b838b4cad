// Many forks make every event of a room dearer, and an event can follow 20 others at most. So a room with many heads gets an
// event that follows them and says nothing: clients do not see it, and others are given it when the next event follows it.
import { MatrixError } from '@myelin/protocol/errors'
import { headsMergedAbove, mergingUsersTriedMax } from '../federation-limits.ts'
import { insertEvent } from '../store/events.ts'
import { setRoomHeads } from '../store/rooms.ts'
import { StoreError, type Write } from '../store/store.ts'
import { authKeys, type Draft, type SignedEvent } from './build.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { buildRecommended } from './policy-server.ts'
import { RoomEvent } from './room-event.ts'

const merging = new WeakSet<HotRoom>()

/** Merges the heads of a room that has too many, once what is under way is done. */
export function mergeHeadsSoon(context: RoomsContext, room: HotRoom): void {
  if (room.heads.length <= headsMergedAbove || merging.has(room) || room.localJoined.size === 0) return
  merging.add(room)
  context.environment.soon(() => {
    context.hotRooms
      .use(room.nid, (current) => mergeHeads(context, current))
      .catch(ignoreRefusal)
      .finally(() => merging.delete(room))
  })
}

/** Nobody waits for it: the next event of the room tries again. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof MatrixError) && !(error instanceof StoreError)) throw error
}

/** By the first local user whom the room lets send it. */
async function mergeHeads(context: RoomsContext, room: HotRoom): Promise<void> {
  const nids = [...room.localJoined].slice(0, mergingUsersTriedMax)
  for (const [userNid, userId] of await context.users.userIds(nids))
    try {
      return await merge(context, room, { by: { userId, userNid }, type: 'org.matrix.dummy_event', content: {} })
    } catch (error) {
      if (!(error instanceof MatrixError) || error.errcode !== 'M_FORBIDDEN') throw error
    }
}

async function merge(context: RoomsContext, room: HotRoom, draft: Draft): Promise<void> {
  do await room.loadState(authKeys(draft, room.rules))
  while (!room.holdsState(authKeys(draft, room.rules)))
  const { heads } = room
  if (heads.length <= headsMergedAbove) return
  const built = await buildRecommended(context, room, draft)
  if (room.heads !== heads || room.dropped) return
  const event = dummyOf(context, room, { built, draft })
  const durable = context.store.write((w) => follow(w, room, event))
  room.arrives(event, durable)
  await durable
}

function dummyOf(
  context: RoomsContext,
  room: HotRoom,
  { built, draft }: { readonly built: SignedEvent; readonly draft: Draft },
): RoomEvent {
  const { eventId, json, pdu, depth, authEvent } = built
  return new RoomEvent({
    ...{ eventId, json, depth, authEvent },
    nid: context.store.nextNid('events'),
    roomId: room.roomId,
    senderNid: draft.by.userNid,
    ord: undefined,
    ts: pdu.origin_server_ts,
    snapshot: room.snapshot,
    flags: 0,
    notifyCount: 0,
    highlightCount: 0,
  })
}

/** The state stays: it was resolved over these heads already. */
function follow(w: Write, room: HotRoom, event: RoomEvent): void {
  const { nid, eventId, depth } = event
  insertEvent(w, { room, event })
  setRoomHeads(w, room.nid, [nid])
  room.headsStored = true
  room.heads = [{ nid, eventId, depth }]
}
