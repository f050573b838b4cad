// The published room directory: which rooms are in it, what is shown of them, and searching it.
import { MatrixError } from '@myelin/protocol/errors'
import { queryPublicRooms as queryRooms } from '@myelin/protocol/server-server/public_rooms'
import { federationLongAnswerBytesMax } from '../federation-limits.ts'
import { directoryPageDefault, directoryPageMax, remoteDirectoryTimeoutMs } from '../limits.ts'
import { directoryPage, type DirectoryRow, directorySize, unpublishRoom } from '../store/directory.ts'
import { useJoinedRoom } from './access.ts'
import { maySetCanonicalAlias } from './aliases.ts'
import type { Actor, RoomsContext } from './context.ts'
import { publish } from './directory-entry.ts'
import { pageLimit } from './pagination.ts'
import { roomNid } from './room-ids.ts'

export type DirectoryVisibility = 'public' | 'private'

/** Throws M_NOT_FOUND for unknown rooms. */
export async function directoryVisibility(context: RoomsContext, roomId: string): Promise<DirectoryVisibility> {
  const nid = await roomNid(context, roomId)
  if (nid === undefined) throw new MatrixError('M_NOT_FOUND', 'There is no such room')
  return (await context.hotRooms.get(nid)).isPublic ? 'public' : 'private'
}

/** Publishes a room or takes it out of the directory; for who may set its canonical alias. */
export function setDirectoryVisibility(
  context: RoomsContext,
  roomId: string,
  { by, visibility }: { readonly by: Actor; readonly visibility: DirectoryVisibility },
): Promise<void> {
  return useJoinedRoom(context, roomId, {
    actor: by,
    use: async (room) => {
      if (!maySetCanonicalAlias(room, by))
        throw new MatrixError('M_FORBIDDEN', 'You lack the power to change whether this room is published')
      await context.store.write((w) => {
        if (visibility === 'public') publish(w, room)
        else unpublishRoom(w, room.nid)
      })
      room.isPublic = visibility === 'public'
    },
  })
}

export interface PublicRoomsQuery {
  readonly limit?: number | undefined
  readonly since?: string | undefined
  /** Whose directory; this server's unless given. */
  readonly server?: string | undefined
  readonly searchTerm?: string | undefined
  readonly roomTypes?: readonly (string | null)[] | undefined
  /** A network that is bridged to, whose rooms alone are wanted. */
  readonly thirdPartyInstanceId?: string | undefined
  /** Those of bridged networks too. */
  readonly includeAllNetworks?: boolean | undefined
}

/**
 * A page of the directory as the JSON text of the response, larger rooms first.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3publicrooms
 */
export async function publicRooms(context: RoomsContext, query: PublicRoomsQuery): Promise<string> {
  if (query.server !== undefined && query.server !== context.serverName)
    return remotePublicRooms(context, query.server, query)
  // No network is bridged to: none of its rooms is here.
  if (query.thirdPartyInstanceId) return '{"chunk":[],"total_room_count_estimate":0}'
  const limit = limitOf(query)
  const token = query.since === undefined || query.since === '' ? undefined : parseDirectoryToken(query.since)
  const backwards = token?.backwards ?? false
  const page = {
    after: token?.after,
    backwards,
    search: query.searchTerm,
    roomTypes: query.roomTypes,
    limit: limit + 1,
  }
  const found = await directoryPage(context.store.read, page)
  const kept = found.slice(0, limit)
  if (backwards) kept.reverse()
  const hasMore = found.length > limit
  const parts = [`"chunk":[${kept.map((row) => row.chunk).join(',')}]`]
  parts.push(`"total_room_count_estimate":${await directorySize(context.store.read)}`)
  const [first, last] = [kept[0], kept.at(-1)]
  if (last && (backwards || hasMore)) parts.push(`"next_batch":"${directoryToken('n', last)}"`)
  if (first && (backwards ? hasMore : token !== undefined)) parts.push(`"prev_batch":"${directoryToken('p', first)}"`)
  return `{${parts.join(',')}}`
}

/** "Defaults to 0 (no limit)": as many as a page holds. */
const limitOf = ({ limit }: PublicRoomsQuery): number =>
  limit === 0 ? directoryPageMax : pageLimit(limit, directoryPageDefault, directoryPageMax)

/**
 * A page of another server's directory; the same one within a minute, because anybody may ask.
 * https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1publicrooms
 */
async function remotePublicRooms(
  { federation, remoteDirectories }: RoomsContext,
  server: string,
  query: PublicRoomsQuery,
): Promise<string> {
  if (!federation) throw new MatrixError('M_NOT_FOUND', 'This server does not federate')
  const body = { limit: limitOf(query), ...remoteQuery(query) }
  const options = { timeoutMs: remoteDirectoryTimeoutMs, responseBytesMax: federationLongAnswerBytesMax }
  const ask = async () => JSON.stringify(await federation.peers.call(server, queryRooms, { body }, options))
  return remoteDirectories.get(JSON.stringify([server, body]), ask)
}

const remoteQuery = ({ since, searchTerm, roomTypes, includeAllNetworks, thirdPartyInstanceId }: PublicRoomsQuery) => ({
  ...(since ? { since } : {}),
  ...(includeAllNetworks === undefined ? {} : { include_all_networks: includeAllNetworks }),
  ...(thirdPartyInstanceId ? { third_party_instance_id: thirdPartyInstanceId } : {}),
  filter: {
    ...(searchTerm === undefined ? {} : { generic_search_term: searchTerm }),
    ...(roomTypes === undefined ? {} : { room_types: [...roomTypes] }),
  },
})

const directoryToken = (direction: 'n' | 'p', { joinedMembers, roomNid }: DirectoryRow) =>
  `${direction}${joinedMembers}_${roomNid}`

function parseDirectoryToken(token: string) {
  const [, direction, joinedMembers, roomNid] = /^([np])(\d{1,15})_(\d{1,15})$/.exec(token) ?? []
  if (direction === undefined) throw new MatrixError('M_INVALID_PARAM', 'This is not a token of this server')
  return {
    backwards: direction === 'p',
    after: { joinedMembers: Number(joinedMembers), roomNid: Number(roomNid) },
  }
}
