// Who puts a user of this server out of a room sends that while it takes the server to be in the room, which may have left
// meanwhile. Nothing can be judged then, and nobody sends it again: kept until the server comes back through others, who may
// not have heard of it.
import { parseJsonText } from '@myelin/protocol/json-text'
import { Pdu } from '@myelin/protocol/server-server/definitions/pdu'
import { keepRemoval, missedRemovals } from '../store/missed-removals.ts'
import type { IncomingEvent } from './admit-write.ts'
import { isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { parseIncoming } from './read-incoming.ts'

/** An event, and the server that sent it. */
export interface Sent {
  readonly origin: string
  readonly received: IncomingEvent
}

/** Keeps the event if somebody else puts a user of this server out by it; resolves when that is durable. */
export async function keepMissedRemoval(context: RoomsContext, room: HotRoom, { origin, received }: Sent) {
  const { pdu, eventId, json } = received
  const { type, state_key: userId = '', sender, content } = pdu
  const isRemoval = type === 'm.room.member' && (content['membership'] === 'leave' || content['membership'] === 'ban')
  if (!isRemoval || sender === userId || !isLocal(context, userId)) return
  if ((await context.users.find(userId)) === undefined) return
  const kept = { roomNid: room.nid, eventId, origin, json, ts: context.environment.now() }
  await context.store.write((w) => keepRemoval(w, kept))
}

/** What was kept waits for the join that is under way, like what else comes meanwhile. */
export async function stageMissedRemovals(context: RoomsContext, room: HotRoom): Promise<void> {
  for (const { origin, json } of await missedRemovals(context.store.read, room.nid)) {
    const incoming = parseIncoming(parseJsonText(json, Pdu), room.rules)
    await context.stagedEvents.stage(room, { origin, incoming, isVerified: true })
  }
}
