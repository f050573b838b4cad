// Reading the state of a room: all of it, one event, or its members, as of now or of the moment the reader left.
import { MatrixError } from '@myelin/protocol/errors'
import { openRoom, openWholeRoom, type Reading } from './access.ts'
import { contentText, type Actor, type RoomsContext } from './context.ts'
import { membershipIn } from './member-event.ts'
import { parseToken } from './pagination.ts'
import type { RoomEvent } from './room-event.ts'
import { serveState, stateSlices, streamServedState } from './served-state.ts'
import { eventBefore } from './stored-event.ts'

/** The state, JSON texts of its events. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstate */
export async function state(
  context: RoomsContext,
  roomId: string,
  { by }: { readonly by: Actor },
): Promise<AsyncIterable<string>> {
  const reading = await openWholeRoom(context, roomId, by)
  return streamServedState(context, reading.room, { nids: stateNids(reading) })
}

/** Every state event of the state the reader sees. */
export const stateNids = ({ room, root }: Reading): number[] => Array.from(room.stateEntries(root), ([, , nid]) => nid)

export interface StateEventOptions {
  readonly by: Actor
  readonly type: string
  readonly stateKey: string
  readonly format?: 'content' | 'event' | undefined
}

/**
 * The content of one state event, or the whole event, as JSON text. Throws M_NOT_FOUND.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstateeventtypestatekey
 */
export async function stateEvent(context: RoomsContext, roomId: string, options: StateEventOptions): Promise<string> {
  const reading = await openRoom(context, roomId, options.by)
  const nid = reading.room.stateNidAt(reading.root, options.type, options.stateKey)
  const [event] = nid === 0 ? [] : await reading.room.events([nid])
  if (!event) throw new MatrixError('M_NOT_FOUND', 'The room has no such state')
  if (options.format !== 'event') return JSON.stringify(event.content)
  const [json = ''] = await serveState(context, reading.room, { nids: [nid] })
  return json
}

export interface MembersOptions {
  readonly by: Actor
  readonly at?: string | undefined
  readonly membership?: string | undefined
  readonly notMembership?: string | undefined
}

/** Membership events, JSON texts. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmembers */
export async function members(
  context: RoomsContext,
  roomId: string,
  options: MembersOptions,
): Promise<AsyncIterable<string>> {
  const opened = await openWholeRoom(context, roomId, options.by)
  const reading = options.at === undefined ? opened : await readingAt(context, opened, parseToken(options.at))
  const accepts = (event: RoomEvent) => {
    const membership = membershipIn(event)
    if (options.notMembership !== undefined && membership === options.notMembership) return false
    return options.membership === undefined || membership === options.membership
  }
  return streamServedState(context, reading.room, { nids: memberNids(reading), accepts })
}

/** The same reading with the state as it was at a place of the timeline, unless the reader had left by then. */
async function readingAt(context: RoomsContext, reading: Reading, place: number): Promise<Reading> {
  const ord = Math.min(place, reading.until ?? Infinity, context.store.durablePosition)
  const last = await eventBefore(context, reading.room, ord)
  if (!last) return { ...reading, root: reading.room.arena.empty }
  await reading.room.loadRoots([last.snapshot])
  return { ...reading, root: reading.room.rootOf(last.snapshot) ?? reading.root }
}

const memberNids = ({ room, root }: Reading): number[] =>
  Array.from(room.slotsOfType('m.room.member').values(), (slot) => room.arena.get(root, slot)).filter(
    (nid) => nid !== 0,
  )

/** A joined member's profile; field names of the wire. */
export interface JoinedMember {
  readonly display_name?: string
  readonly avatar_url?: string
}

/**
 * Joined members by user id. Throws M_FORBIDDEN for who is not joined.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidjoined_members
 */
export async function joinedMembers(
  context: RoomsContext,
  roomId: string,
  { by }: { readonly by: Actor },
): Promise<Record<string, JoinedMember>> {
  const reading = await openWholeRoom(context, roomId, by)
  if (reading.membership !== 'join') throw new MatrixError('M_FORBIDDEN', 'You are not in this room')
  const joined: [userId: string, member: JoinedMember][] = []
  for await (const events of stateSlices(context, reading.room, memberNids(reading)))
    for (const event of events)
      if (membershipIn(event) === 'join') joined.push([event.stateKey ?? '', profileIn(event)])
  return Object.fromEntries(joined)
}

function profileIn({ content }: RoomEvent): JoinedMember {
  const displayName = contentText(content, 'displayname')
  const avatarUrl = contentText(content, 'avatar_url')
  return {
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
  }
}
