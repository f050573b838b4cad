// A client's walk through a space: depth first, page by page, through rooms here and spaces of other servers.
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidhierarchy
import { MatrixError } from '@myelin/protocol/errors'
import { randomString } from '../environment.ts'
import {
  hierarchyDepthMax,
  hierarchyPageDefault,
  hierarchyPageMax,
  hierarchyPageMs,
  hierarchyRoomsMax,
} from '../limits.ts'
import type { Actor, RoomsContext } from './context.ts'
import { pageLimit } from './pagination.ts'
import { roomNid } from './room-ids.ts'
import { type ChildState, childrenOf, isSuggested, spaceType, viaOf } from './space-children.ts'
import { residentRoom } from './space-for-server.ts'
import { describe, maySee, type RoomDescription } from './summary.ts'

export interface HierarchyQuery {
  readonly by: Actor
  readonly suggestedOnly: boolean
  readonly maxDepth?: number | undefined
  readonly limit?: number | undefined
  /** Where an earlier page ended. */
  readonly from?: string | undefined
}

/** A room still to be looked at. */
interface Waiting {
  readonly roomId: string
  readonly via: readonly string[]
  readonly depth: number
  /** What the server of its space said of it, where that is another's. */
  readonly told: RoomDescription | undefined
}

/** Where a walk goes on. */
export interface SpaceWalk {
  readonly key: string
  /** The next is the last. */
  readonly waiting: readonly Waiting[]
  readonly seen: ReadonlySet<string>
}

/** A room of a space; field names of the wire. */
export interface HierarchyRoom extends RoomDescription {
  readonly children_state: readonly ChildState[]
}

export interface HierarchyPage {
  readonly rooms: readonly HierarchyRoom[]
  readonly next_batch?: string
}

/** A page. Throws M_FORBIDDEN for a room the user may not know of, M_INVALID_PARAM for a token of another walk. */
export async function spaceHierarchy(
  context: RoomsContext,
  roomId: string,
  query: HierarchyQuery,
): Promise<HierarchyPage> {
  const limit = Math.max(1, pageLimit(query.limit, hierarchyPageDefault, hierarchyPageMax))
  const maxDepth = Math.min(query.maxDepth ?? hierarchyDepthMax, hierarchyDepthMax)
  if (maxDepth < 0) throw new MatrixError('M_INVALID_PARAM', 'max_depth must not be negative')
  const key = JSON.stringify([query.by.userId, roomId, query.suggestedOnly, query.maxDepth ?? null])
  const walk = startOrGoOn(context, roomId, { key, from: query.from })
  const [waiting, seen] = [[...walk.waiting], new Set(walk.seen)]
  const rooms: HierarchyRoom[] = []
  const end = context.environment.monotonic() + hierarchyPageMs
  while (waiting.length > 0 && rooms.length < limit && seen.size < hierarchyRoomsMax) {
    if (rooms.length > 0 && context.environment.monotonic() > end) break
    const next = waiting.pop()
    if (!next || seen.has(next.roomId)) continue
    seen.add(next.roomId)
    const found = await lookAt(context, next, query)
    if (found) rooms.push(found.room)
    if (found && next.depth < maxDepth) waiting.push(...found.children.toReversed())
  }
  if (query.from === undefined && rooms.length === 0)
    throw new MatrixError('M_FORBIDDEN', 'There is no such room, or you may not know of it')
  if (waiting.length === 0 || seen.size >= hierarchyRoomsMax) return { rooms }
  const token = randomString(context.environment, 24)
  context.spaces.walks.set(token, { key, waiting, seen })
  return { rooms, next_batch: token }
}

function startOrGoOn(
  context: RoomsContext,
  roomId: string,
  { key, from }: { readonly key: string; readonly from: string | undefined },
): SpaceWalk {
  if (from === undefined) {
    const root = { roomId, via: viaOfRoom(roomId), depth: 0, told: undefined }
    return { key, waiting: [root], seen: new Set() }
  }
  const walk = context.spaces.walks.get(from)
  if (!walk || walk.key !== key)
    throw new MatrixError('M_INVALID_PARAM', 'The token is of no walk with these parameters, or too old')
  return walk
}

/** The server in a room id may be in the room. */
const viaOfRoom = (roomId: string): string[] => (roomId.includes(':') ? [roomId.slice(roomId.indexOf(':') + 1)] : [])

interface Found {
  readonly room: HierarchyRoom
  readonly children: readonly Waiting[]
}

async function lookAt(context: RoomsContext, next: Waiting, query: HierarchyQuery): Promise<Found | undefined> {
  const { suggestedOnly, by } = query
  const room = await residentRoom(context, next.roomId)
  if (!room) return lookElsewhere(context, next, query)
  const description = describe(room)
  if (!(await maySee(context, { by, description, membership: room.membership(by.userNid) }))) return undefined
  const childrenState = await childrenOf(room, { suggestedOnly })
  return foundOf(next, description, { childrenState, told: new Map() })
}

/** A room of other servers: as they describe it, if it is open to everybody or lets this user in. */
async function lookElsewhere(
  context: RoomsContext,
  next: Waiting,
  { by, suggestedOnly }: HierarchyQuery,
): Promise<Found | undefined> {
  const { roomId, via: servers, told } = next
  // Of a child that is no space enough is known.
  const isLeaf = told !== undefined && told.room_type !== spaceType
  const space = isLeaf ? undefined : await context.spaces.remote(context, { roomId, servers, suggestedOnly })
  const description = space?.room ?? told
  if (!description) return undefined
  const nid = await roomNid(context, roomId)
  const membership = nid === undefined ? undefined : (await context.hotRooms.get(nid)).membership(by.userNid)
  // What this user was, while this server was in the room, says nothing about now.
  const invited = membership === 'invite' ? membership : undefined
  if (!(await maySee(context, { by, description, membership: invited }))) return undefined
  const childrenState = (space?.childrenState ?? []).filter(
    (child) => !space?.inaccessible.has(child.state_key) && (!suggestedOnly || isSuggested(child)),
  )
  return foundOf(next, description, { childrenState, told: space?.children ?? new Map() })
}

interface FoundChildren {
  readonly childrenState: readonly ChildState[]
  readonly told: ReadonlyMap<string, RoomDescription>
}

const foundOf = ({ depth }: Waiting, room: RoomDescription, { childrenState, told }: FoundChildren): Found => ({
  room: { ...room, children_state: childrenState },
  children: childrenState.map((child) => ({
    roomId: child.state_key,
    via: viaOf(child),
    depth: depth + 1,
    told: told.get(child.state_key),
  })),
})
