// The events of a transaction: each goes into its room, and fails by itself.
// https://spec.matrix.org/v1.19/server-server-api/#transactions
import { isObject, stringMember } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { IncomingEvent } from './admit-write.ts'
import { isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { placeAside } from './place-aside.ts'
import { parseIncoming, verifyIncoming } from './read-incoming.ts'
import { inOrder, receiveChecked } from './receive.ts'
import { eventFlag } from './room-event.ts'
import { roomNid } from './room-ids.ts'
import { isAdmitted } from './server-access.ts'

/** What became of an event: nothing to say, or why it was refused. */
export interface PduResult {
  readonly error?: string
}

export interface ReceivedPdus {
  readonly origin: string
  readonly pdus: readonly unknown[]
}

export interface ReceivedTransaction extends ReceivedPdus {
  readonly transactionId: string
}

/** Receives a transaction; one that comes again while it is remembered is answered as it was. */
export async function receiveTransaction(
  context: RoomsContext,
  { origin, transactionId, pdus }: ReceivedTransaction,
): Promise<Record<string, PduResult>> {
  const key = `${origin} ${transactionId}`
  const known = context.receivedTransactions.get(key)
  if (known !== undefined) return known
  const receiving = receivePdus(context, { origin, pdus })
  context.receivedTransactions.set(key, receiving)
  try {
    return await receiving
  } catch (error) {
    context.receivedTransactions.delete(key)
    throw error
  }
}

/** Receives the events of a transaction; results by event id, when all are durable. */
async function receivePdus(context: RoomsContext, { origin, pdus }: ReceivedPdus): Promise<Record<string, PduResult>> {
  const byRoom = Map.groupBy(pdus, (pdu) => (isObject(pdu) ? (stringMember(pdu, 'room_id') ?? '') : ''))
  const results: Record<string, PduResult> = {}
  const receiveRoom = async ([roomId, values]: readonly [string, readonly unknown[]]) => {
    const nid = await roomNid(context, roomId)
    // Without the room its version is unknown, and without that the ids of its events.
    if (nid === undefined) return
    await context.hotRooms.use(nid, async (room) => {
      for (const value of values) await receiveOne(context, room, { origin, value, results })
    })
  }
  await Promise.all(Array.from(byRoom, receiveRoom))
  return results
}

interface Receiving {
  readonly origin: string
  readonly value: unknown
  readonly results: Record<string, PduResult>
}

async function receiveOne(context: RoomsContext, room: HotRoom, { origin, value, results }: Receiving): Promise<void> {
  let eventId: string | undefined
  try {
    const incoming = parseIncoming(value, room.rules)
    eventId = incoming.eventId
    results[eventId] = await resultOf(context, room, { origin, incoming })
  } catch (error) {
    if (!(error instanceof MatrixError) || error.errcode === 'M_UNKNOWN') throw error
    if (eventId !== undefined) results[eventId] = { error: error.message }
  }
}

async function resultOf(
  context: RoomsContext,
  room: HotRoom,
  { origin, incoming }: { readonly origin: string; readonly incoming: IncomingEvent },
): Promise<PduResult> {
  if (!isAdmitted(room, origin)) return { error: 'Your server is banned from the room' }
  return inOrder(context, room, async () => {
    await verifyIncoming(context, incoming, room.rules)
    if (room.localJoined.size === 0) return receiveAside(context, room, incoming)
    const event = await receiveChecked(context, room, { incoming, origin, mode: 'live', fillsGap: true })
    return (event.flags & eventFlag.rejected) === 0 ? {} : { error: 'The event was rejected' }
  })
}

/** Of rooms that this server is not in it only cares for what becomes of its users' invites and knocks. */
async function receiveAside(context: RoomsContext, room: HotRoom, received: IncomingEvent): Promise<PduResult> {
  const { pdu } = received
  const member = pdu.type === 'm.room.member' ? (pdu.state_key ?? '') : ''
  const userNid = isLocal(context, member) ? await context.users.find(member) : undefined
  const membership = userNid === undefined ? undefined : room.membership(userNid)
  const becomes = pdu.content['membership']
  const concerns = (membership === 'invite' || membership === 'knock') && (becomes === 'leave' || becomes === 'ban')
  if (!concerns || !(await isOfInviter(room, member, pdu.sender))) return { error: 'This server is not in the room' }
  await placeAside(context, room, { received })
  return {}
}

/** Nothing can be judged here: an invite is taken back by the server that made it, a knock is refused by any. */
async function isOfInviter(room: HotRoom, member: string, sender: string): Promise<boolean> {
  await room.loadState([['m.room.member', member]])
  const current = room.state('m.room.member', member)
  return current?.sender === member || serverNameOf(current?.sender ?? '') === serverNameOf(sender)
}
