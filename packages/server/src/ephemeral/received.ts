// What other servers say of their users: taken from the users' own server, for rooms they share with this one.
// https://spec.matrix.org/v1.19/server-server-api/#edus
import { type JsonObject, isObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { UserPresenceUpdate } from '@myelin/protocol/events/edu/m.presence'
import { UserReadReceipt } from '@myelin/protocol/events/edu/m.receipt'
import { typingEdu } from '@myelin/protocol/events/edu/m.typing'
import { MatrixError } from '@myelin/protocol/errors'
import { matches, parse } from '@myelin/protocol/schema'
import { type Static, Type } from 'typebox'
import { presenceStatusBytesMax, presenceUpdatesPerEduMax, receiptsPerEduMax, typingReceivedMs } from '../limits.ts'
import type { RoomsContext } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { findEvent } from '../rooms/stored-event.ts'
import { peerMember, usePeerRoom } from './peer-room.ts'
import type { Presence, PresenceState, ReceivedPresence } from './presence.ts'
import type { Receipts } from './receipts.ts'
import type { Typing } from './typing.ts'
import type { PeerReceipt, UnplacedReceipts } from './unplaced-receipts.ts'

/** The content of an EDU, and the server that signed the request it came with. */
export interface PeerEdu {
  readonly origin: string
  readonly content: JsonObject
}

export interface ReceivingParts {
  readonly rooms: RoomsContext
  readonly typing: Typing
  readonly receipts: Receipts
  readonly presence: Presence
  readonly unplaced: UnplacedReceipts
}

/** `m.typing`: a user began or stopped. */
export async function receiveTyping({ rooms, typing }: ReceivingParts, { origin, content }: PeerEdu): Promise<void> {
  const { room_id: roomId, user_id: userId, typing: isTyping } = parse(typingEdu.content, content)
  await usePeerRoom(rooms, { roomId, origin }, async (room) => {
    const userNid = await peerMember(rooms, room, { origin, userId })
    await typing.set({ roomNid: room.nid, userNid, userId, typing: isTyping, timeoutMs: typingReceivedMs })
  })
}

/** `m.receipt`: how far users have read. Each room and each receipt stands for itself. */
export async function receiveReceipts(parts: ReceivingParts, { origin, content }: PeerEdu): Promise<void> {
  let left = receiptsPerEduMax
  for (const [roomId, byType] of Object.entries(content).slice(0, receiptsPerEduMax)) {
    const ofRoom = Object.entries(publicReceipts(byType)).slice(0, left)
    left -= ofRoom.length
    if (ofRoom.length > 0) await unlessRefused(() => receiveInRoom(parts, { roomId, origin }, ofRoom))
  }
}

/** Private receipts never leave their server; one that did is not looked at. */
const publicReceipts = (byType: unknown): object => {
  const read = isObject(byType) ? byType['m.read'] : undefined
  return isObject(read) ? read : {}
}

const receiveInRoom = (
  parts: ReceivingParts,
  { roomId, origin }: { readonly roomId: string; readonly origin: string },
  receipts: readonly (readonly [userId: string, receipt: unknown])[],
): Promise<void> =>
  usePeerRoom(parts.rooms, { roomId, origin }, async (room) => {
    for (const [userId, receipt] of receipts)
      if (matches(UserReadReceipt, receipt))
        await unlessRefused(async () => {
          const userNid = await peerMember(parts.rooms, room, { origin, userId })
          await receiveReceipt(parts, { room, userNid }, receipt)
        })
  })

async function receiveReceipt(
  parts: ReceivingParts,
  { room, userNid }: { readonly room: HotRoom; readonly userNid: number },
  { event_ids: [eventId], data: { ts, thread_id: threadId } }: UserReadReceipt,
): Promise<void> {
  if (eventId === undefined) return
  const receipt = { roomNid: room.nid, userNid, eventId, threadId, ts: Math.max(0, ts) }
  if (!(await placeReceipt(parts, room, receipt))) parts.unplaced.keep(receipt)
}

/** False while the event is not here. */
export async function placeReceipt(
  { rooms, receipts }: ReceivingParts,
  room: HotRoom,
  { userNid, eventId, threadId, ts }: PeerReceipt,
): Promise<boolean> {
  const event = await findEvent(rooms, room, eventId)
  if (event?.ord === undefined) return false
  const thread = threadId === undefined ? undefined : await threadOf(rooms, room, threadId)
  if (threadId === undefined || thread) await receipts.receive({ userNid, room, event, type: 'm.read', thread }, ts)
  return true
}

async function threadOf(rooms: RoomsContext, room: HotRoom, id: string) {
  const nid = id === 'main' ? 0 : (await findEvent(rooms, room, id))?.nid
  return nid === undefined ? undefined : { id, nid }
}

/** Servers that know of no activity of a user leave it out, though the specification asks for it. */
const PeerPresence = Type.Object({ ...UserPresenceUpdate.properties, last_active_ago: Type.Optional(Type.Integer()) })
type PeerPresence = Static<typeof PeerPresence>

/** `m.presence`: how it is with users of the sending server. */
export async function receivePresence({ presence }: ReceivingParts, { origin, content }: PeerEdu): Promise<void> {
  const push = Array.isArray(content['push']) ? content['push'] : []
  const updates = push.slice(0, presenceUpdatesPerEduMax).filter((update) => matches(PeerPresence, update))
  const ofOrigin = updates.filter(({ user_id: userId }) => serverNameOf(userId) === origin)
  await Promise.all(ofOrigin.map((update) => presence.receive(update.user_id, readUpdate(update))))
}

/** A state nobody knows is taken for being away; a status that is too long is left out. */
const readUpdate = (update: PeerPresence): ReceivedPresence => {
  const statusMsg = update.status_msg ?? null
  const isTooLong = Buffer.byteLength(statusMsg ?? '') > presenceStatusBytesMax
  return {
    presence: known.has(update.presence) ? (update.presence as PresenceState) : 'unavailable',
    statusMsg: isTooLong ? null : statusMsg,
    lastActiveAgoMs: update.last_active_ago,
  }
}

const known: ReadonlySet<string> = new Set<PresenceState>(['online', 'unavailable', 'offline'])

/** What is refused takes nothing else with it. */
async function unlessRefused(take: () => Promise<void>): Promise<void> {
  try {
    await take()
  } catch (error) {
    if (!(error instanceof MatrixError) || error.errcode === 'M_UNKNOWN') throw error
  }
}
