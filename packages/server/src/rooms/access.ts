// Who may use a room: the checks that come before the authorisation rules, and what readers get to see of it.
import { historyVisibilityOf } from '@myelin/algorithms/history-visibility'
import { type ErrorCode, MatrixError } from '@myelin/protocol/errors'
import { departureStepsMax } from '../limits.ts'
import { userRoom } from '../store/user-rooms.ts'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import type { HotRoom, Membership } from './hot-room.ts'
import { roomNid } from './room-ids.ts'

/** Runs a verb with a room. An unknown room is answered like one the user is not in, unless told otherwise. */
export async function useRoom<T>(
  context: RoomsContext,
  roomId: string,
  verb: (room: HotRoom) => Promise<T>,
  { unknownRoom = 'M_FORBIDDEN' }: { readonly unknownRoom?: ErrorCode } = {},
): Promise<T> {
  const nid = await roomNid(context, roomId)
  if (nid === undefined) {
    const message =
      unknownRoom === 'M_FORBIDDEN' ? notInRoom : 'This server does not know the room and has no way to it'
    throw new MatrixError(unknownRoom, message)
  }
  return context.hotRooms.use(nid, verb)
}

/** Runs a verb with a room the user has joined. */
export function useJoinedRoom<T>(
  context: RoomsContext,
  roomId: string,
  { actor, use }: { readonly actor: Actor; readonly use: (room: HotRoom) => Promise<T> },
): Promise<T> {
  return useRoom(context, roomId, (room) => {
    if (room.membership(actor.userNid) !== 'join') throw new MatrixError('M_FORBIDDEN', notInRoom)
    return use(room)
  })
}

const notInRoom = 'You are not in this room'

/** Somebody looking at a room: a user (joined, gone, or never in it), with the part of the timeline open to them. */
export interface Reading {
  readonly room: HotRoom
  readonly actor: Actor
  readonly membership: Membership | undefined
  /** The root of the state they see: now, or when they left. */
  readonly root: number
  /** Where the timeline ends for them, if they left: the `ord` of that event. */
  readonly until: number | undefined
  /** Of somebody who is gone and yet reads on: the `ord` up to which they were joined. */
  readonly joinedUntil?: number | undefined
}

/**
 * Opens a room for reading: to its members, to those who left until they forget it, and to everybody if it is world
 * readable now. Throws M_FORBIDDEN otherwise.
 */
export async function openRoom(context: RoomsContext, roomId: string, actor: Actor): Promise<Reading> {
  const nid = await roomNid(context, roomId)
  if (nid === undefined) throw new MatrixError('M_FORBIDDEN', notInRoom)
  const room = await context.hotRooms.get(nid)
  const membership = room.membership(actor.userNid)
  const open = { room, actor, membership, root: room.root, until: undefined }
  // What the store might still lose is shown to nobody: an empty change is durable when all before it are.
  if (room.lastPosition > context.store.durablePosition) await context.store.write(() => undefined)
  if (membership === 'join') return open
  const isGone = membership === 'leave' || membership === 'ban'
  const left = isGone ? await leftAt(context, room, actor) : undefined
  if (isWorldReadable(room)) return { ...open, joinedUntil: left?.until }
  if (left) return { ...open, ...left }
  throw new MatrixError('M_FORBIDDEN', notInRoom)
}

/** The same for who asks for members: where they are still to come, that is waited for. */
export async function openWholeRoom(context: RoomsContext, roomId: string, actor: Actor): Promise<Reading> {
  const reading = await openRoom(context, roomId, actor)
  if (!reading.room.partial) return reading
  await context.completions.wait(context.environment, reading.room)
  return openRoom(context, roomId, actor)
}

/** Whether anybody may read the room now. */
export const isWorldReadable = (room: HotRoom): boolean =>
  historyVisibilityOf(room.state('m.room.history_visibility')?.content) === 'world_readable'

/** The last point at which a user who is gone was joined; undefined if never, or forgotten. */
async function leftAt(context: RoomsContext, room: HotRoom, actor: Actor) {
  const row = await userRoom(context.store.read, actor.userNid, room.nid)
  if (!row || row.forgotten !== 0) return undefined
  let nid = room.stateNid('m.room.member', actor.userId)
  for (let steps = 0; steps < departureStepsMax && nid !== 0; steps++) {
    const [event] = await room.events([nid])
    if (!event) return undefined
    await room.loadRoots([event.snapshot])
    const before = room.rootBefore(event.snapshot)
    const previous = room.stateNidAt(before, 'm.room.member', actor.userId)
    const [earlier] = previous === 0 ? [] : await room.events([previous])
    if (contentText(earlier?.content, 'membership') === 'join')
      return { root: room.rootOf(event.snapshot) ?? room.root, until: event.ord }
    nid = previous
  }
  return undefined
}
