// How the last users of this server came out of a room is told to a server that is asked to let one in again, before that: it
// may not have heard of it yet, and a join that does not follow the leave is undone by it wherever both are known.
import { JsonText } from '@myelin/protocol/handlers'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import { FederationError } from '../federation/federation-error.ts'
import { transactionText } from '../federation/transaction.ts'
import { isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { federationOf } from './read-incoming.ts'
import type { RoomEvent } from './room-event.ts'
import { roomNid } from './room-ids.ts'

export interface Telling {
  readonly roomId: string
  /** The server that is asked. */
  readonly server: string
  readonly signal: AbortSignal
}

/**
 * Resolves when the server has answered, at once where there is nothing to tell. Throws FederationError if it does not: one
 * that takes one transaction at a time, and is at one, may refuse this.
 */
export async function tellRemoval(context: RoomsContext, { roomId, server, signal }: Telling): Promise<void> {
  const nid = await roomNid(context, roomId)
  const events = nid === undefined ? [] : await context.hotRooms.use(nid, (room) => lastRemovals(context, room))
  const [first] = events
  if (!first) return
  const { environment, serverName: origin } = context
  const pdus = events.map(({ json }) => json)
  const body = new JsonText(transactionText({ origin, originServerTs: environment.now(), pdus, edus: [] }))
  const input = { path: { txnId: first.eventId }, body }
  await federationOf(context)
    .peers.call(server, sendTransaction, input, { signal })
    .catch((error: unknown) => {
      if (!(error instanceof FederationError) || error.kind !== 'refused') throw error
    })
}

/** Memberships of users of this server that nothing here follows, in a room that it has left. */
async function lastRemovals(context: RoomsContext, room: HotRoom): Promise<RoomEvent[]> {
  if (room.localJoined.size > 0) return []
  const heads = await room.events(room.heads.map(({ nid }) => nid))
  return heads.filter(({ type, stateKey = '' }) => type === 'm.room.member' && isLocal(context, stateKey))
}
