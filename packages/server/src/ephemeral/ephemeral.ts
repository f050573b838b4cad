// Typing, receipts and presence of local users: the verbs the endpoints call, bound to what they work on.
import { MatrixError } from '@myelin/protocol/errors'
import type { OutgoingPart } from '../federation/outgoing.ts'
import { useJoinedRoom } from '../rooms/access.ts'
import type { Actor, RoomsContext } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { findEvent } from '../rooms/stored-event.ts'
import { shareRoom } from '../store/presence.ts'
import { startArrivals } from './arrivals.ts'
import { ephemeralOutgoing } from './outgoing.ts'
import { Presence, type PresenceContent, type PresenceState } from './presence.ts'
import { Receipts, type ReceiptsOptions, type ReceiptThread, type ReceiptType } from './receipts.ts'
import { receivePresence, receiveReceipts, receiveTyping, type PeerEdu } from './received.ts'
import { Typing } from './typing.ts'
import { UnplacedReceipts } from './unplaced-receipts.ts'

export interface EphemeralOptions {
  readonly rooms: RoomsContext
  /** Whether users see who is online. */
  readonly presence: boolean
  readonly onRead: ReceiptsOptions['onRead']
}

export interface TypingRequest {
  readonly roomId: string
  readonly userId: string
  readonly typing: boolean
  readonly timeoutMs?: number | undefined
}

export interface ReceiptRequest {
  readonly roomId: string
  readonly type: ReceiptType | 'm.fully_read'
  readonly eventId: string
  readonly threadId?: string | undefined
}

/** Event ids by kind of marker. */
export type ReadMarkers = { readonly [Type in ReceiptRequest['type']]?: string | undefined }

export interface Ephemeral {
  readonly typing: Typing
  readonly presence: Presence
  /** Throws M_FORBIDDEN for other users and rooms the user is not in. */
  setTyping(actor: Actor, request: TypingRequest): Promise<void>
  /** Throws M_INVALID_PARAM for a thread where none belongs, M_NOT_FOUND for unknown events. */
  postReceipt(actor: Actor, request: ReceiptRequest): Promise<void>
  /** Moves several markers at once, each optional. */
  setReadMarkers(actor: Actor, roomId: string, markers: ReadMarkers): Promise<void>
  /** Throws M_FORBIDDEN for other users. */
  setPresence(
    actor: Actor,
    userId: string,
    wanted: { presence: PresenceState; statusMsg?: string | undefined },
  ): Promise<void>
  /** Content of the `m.presence` event of a user. Throws M_FORBIDDEN unless the two share a room. */
  getPresence(actor: Actor, userId: string): Promise<PresenceContent>
  /** What another server says of its users. Throws MatrixError for what is none of ours. */
  receiveTyping(edu: PeerEdu): Promise<void>
  receiveReceipts(edu: PeerEdu): Promise<void>
  receivePresence(edu: PeerEdu): Promise<void>
  /** What goes to other servers. */
  readonly outgoing: OutgoingPart
}

/** Binds the verbs. */
export function createEphemeral({ rooms, presence: enabled, onRead }: EphemeralOptions): Ephemeral {
  const { store, environment } = rooms
  const typing = new Typing(store, environment)
  const receipts = new Receipts({ store, environment, onRead })
  const presence = new Presence({ rooms, enabled })
  const receiving = { rooms, typing, receipts, presence, unplaced: new UnplacedReceipts() }
  startArrivals(receiving)
  return {
    typing,
    presence,
    setTyping: async (actor, request) => {
      if (request.userId !== actor.userId) throw new MatrixError('M_FORBIDDEN', 'You cannot type for others')
      const { userNid, userId } = actor
      const change = { userNid, userId, typing: request.typing, timeoutMs: request.timeoutMs, renews: true }
      await useJoinedRoom(rooms, request.roomId, { actor, use: (room) => typing.set({ ...change, roomNid: room.nid }) })
      if (request.typing) presence.active(actor)
    },
    postReceipt: async (actor, request) => {
      await useJoinedRoom(rooms, request.roomId, {
        actor,
        use: (room) => receive({ rooms, receipts, room, actor }, request),
      })
      presence.active(actor)
    },
    setReadMarkers: async (actor, roomId, markers) => {
      const use = async (room: HotRoom) => {
        for (const type of markerTypes) {
          const eventId = markers[type]
          if (eventId !== undefined) await receive({ rooms, receipts, room, actor }, { roomId, type, eventId })
        }
      }
      await useJoinedRoom(rooms, roomId, { actor, use })
      presence.active(actor)
    },
    setPresence: async (actor, userId, wanted) => {
      if (userId !== actor.userId) throw new MatrixError('M_FORBIDDEN', 'You cannot set the presence of others')
      await presence.set(actor, wanted.presence, wanted.statusMsg)
    },
    getPresence: async (actor, userId) => {
      const userNid = userId === actor.userId ? actor.userNid : await rooms.users.find(userId)
      const known =
        userNid !== undefined && (userNid === actor.userNid || (await shareRoom(store.read, actor.userNid, userNid)))
      if (!known) throw new MatrixError('M_FORBIDDEN', 'You share no room with this user')
      return presence.content(userNid)
    },
    receiveTyping: (edu) => receiveTyping(receiving, edu),
    receiveReceipts: (edu) => receiveReceipts(receiving, edu),
    receivePresence: (edu) => receivePresence(receiving, edu),
    outgoing: ephemeralOutgoing(receiving),
  }
}

const markerTypes = ['m.fully_read', 'm.read', 'm.read.private'] as const

interface Receiving {
  readonly rooms: RoomsContext
  readonly receipts: Receipts
  readonly room: HotRoom
  readonly actor: Actor
}

/** "`thread_id` … must be a non-empty string"; the fully-read marker has no threads. */
async function receive(receiving: Receiving, { type, eventId, threadId }: ReceiptRequest): Promise<void> {
  const { receipts, room, actor } = receiving
  const { userNid } = actor
  if (threadId === '') throw new MatrixError('M_INVALID_PARAM', 'thread_id must not be empty')
  if (type === 'm.fully_read') {
    if (threadId !== undefined) throw new MatrixError('M_INVALID_PARAM', 'The fully-read marker has no thread')
    return receipts.fullyRead({ userNid, room, eventId: (await eventIn(receiving, eventId)).eventId })
  }
  const event = await eventIn(receiving, eventId)
  const thread = threadId === undefined ? undefined : await threadOf(receiving, threadId)
  await receipts.read({ userNid, room, event, type, thread })
}

async function threadOf(receiving: Receiving, threadId: string): Promise<ReceiptThread> {
  if (threadId === 'main') return { id: 'main', nid: 0 }
  return { id: threadId, nid: (await eventIn(receiving, threadId)).nid }
}

async function eventIn({ rooms, room }: Receiving, eventId: string): Promise<RoomEvent> {
  const event = await findEvent(rooms, room, eventId)
  if (!event) throw new MatrixError('M_NOT_FOUND', 'There is no such event in the room')
  return event
}
