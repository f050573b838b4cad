// Room aliases of this server: setting, deleting, resolving them, and what a canonical alias may name.
import type { JsonObject } from '@myelin/algorithms/json'
import { endpoint } from '@myelin/protocol/endpoint'
import { MatrixError } from '@myelin/protocol/errors'
import { isRoomAlias, isServerName, parseRoomAlias, RoomId } from '@myelin/protocol/identifiers'
import { queryRoomDirectory } from '@myelin/protocol/server-server/query'
import { Type } from 'typebox'
import { aliasesOfRoom, aliasRow, deleteAlias as removeAlias, insertAlias } from '../store/aliases.ts'
import { roomByNid } from '../store/rooms.ts'
import { openRoom, useJoinedRoom, useRoom } from './access.ts'
import { append } from './append.ts'
import { type Actor, isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { powerLevelsOf } from './power.ts'

/** The room id that a room id or alias stands for. Throws M_NOT_FOUND for an alias that leads nowhere. */
export async function resolveRoom(context: RoomsContext, roomIdOrAlias: string): Promise<string> {
  return (await routeTo(context, roomIdOrAlias)).roomId
}

/** The same with servers that may be in the room: those given, and those that the alias is answered with. */
export async function routeTo(
  context: RoomsContext,
  roomIdOrAlias: string,
  given: readonly string[] = [],
): Promise<ResolvedAlias> {
  if (!roomIdOrAlias.startsWith('#')) return { roomId: roomIdOrAlias, servers: given }
  const { roomId, servers } = await resolveAlias(context, roomIdOrAlias)
  return { roomId, servers: [...new Set([...given, ...servers])] }
}

export interface ResolvedAlias {
  readonly roomId: string
  /** Servers that are in the room. */
  readonly servers: readonly string[]
}

/** https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3directoryroomroomalias */
export async function resolveAlias(context: RoomsContext, alias: string): Promise<ResolvedAlias> {
  if (!isLocal(context, alias)) return resolveRemoteAlias(context, alias)
  const row = await aliasRow(context.store.read, alias)
  const room = row && (await roomByNid(context.store.read, row.roomNid))
  if (!room) throw new MatrixError('M_NOT_FOUND', 'There is no such alias')
  const { hosts } = await context.hotRooms.get(room.nid)
  return { roomId: room.roomId, servers: [...new Set([context.serverName, ...hosts.keys()])] }
}

/** As the specification has it, but that one name that is none spoils nothing: users with such servers are in old rooms. */
const askForRoom = endpoint({
  ...queryRoomDirectory,
  response: Type.Object({ room_id: RoomId, servers: Type.Array(Type.Unknown()) }),
})

/** Asks the alias's server. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1querydirectory */
async function resolveRemoteAlias({ federation }: RoomsContext, alias: string): Promise<ResolvedAlias> {
  const serverName = parseRoomAlias(alias)?.serverName
  if (!federation || serverName === undefined) throw new MatrixError('M_NOT_FOUND', 'There is no such alias')
  const answer = await federation.peers.call(serverName, askForRoom, { query: { room_alias: alias } })
  return {
    roomId: answer.room_id,
    servers: answer.servers.filter((each) => typeof each === 'string' && isServerName(each)),
  }
}

/** Runs `make` with the alias of a localpart that nobody has and nobody else can take meanwhile. Throws M_ROOM_IN_USE. */
export function claimAlias<T>(
  context: RoomsContext,
  localpart: string,
  make: (alias: string) => Promise<T>,
): Promise<T> {
  const alias = `#${localpart}:${context.serverName}`
  if (localpart.includes(':') || !isRoomAlias(alias))
    throw new MatrixError('M_INVALID_PARAM', 'This cannot be the name of an alias')
  return whileFree(context, alias, { taken: 'M_ROOM_IN_USE', make })
}

function whileFree<T>(
  context: RoomsContext,
  alias: string,
  { taken, make }: { readonly taken: string; readonly make: (alias: string) => Promise<T> },
): Promise<T> {
  return context.mutex.run(alias, async () => {
    if (await aliasRow(context.store.read, alias))
      throw new MatrixError(taken, 'The alias is taken', taken === 'M_UNKNOWN' ? { status: 409 } : {})
    return make(alias)
  })
}

/**
 * Points an alias of this server to a room its setter is in.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3directoryroomroomalias
 */
export async function setAlias(
  context: RoomsContext,
  alias: string,
  { by, roomId }: { readonly by: Actor; readonly roomId: string },
): Promise<void> {
  requireOwn(context, alias)
  await useJoinedRoom(context, roomId, {
    actor: by,
    use: (room) =>
      whileFree(context, alias, {
        taken: 'M_UNKNOWN',
        make: () => context.store.write((w) => insertAlias(w, { alias, roomNid: room.nid, creatorNid: by.userNid })),
      }),
  })
}

function requireOwn(context: RoomsContext, alias: string): void {
  if (parseRoomAlias(alias)?.serverName !== context.serverName)
    throw new MatrixError('M_INVALID_PARAM', 'The alias is not of this server')
}

/**
 * Deletes an alias: by who set it, who may set the room's canonical alias, or an administrator of the server.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3directoryroomroomalias
 */
export async function deleteAlias(context: RoomsContext, alias: string, { by }: { readonly by: Actor }): Promise<void> {
  requireOwn(context, alias)
  const row = await aliasRow(context.store.read, alias)
  const room = row && (await roomByNid(context.store.read, row.roomNid))
  if (!row || !room) throw new MatrixError('M_NOT_FOUND', 'There is no such alias')
  await useRoom(context, room.roomId, async (hot) => {
    const mayManage = hot.membership(by.userNid) === 'join' && maySetCanonicalAlias(hot, by)
    if (row.creatorNid !== by.userNid && by.isAdmin !== true && !mayManage)
      throw new MatrixError('M_FORBIDDEN', 'You may not delete this alias')
    await context.store.write((w) => removeAlias(w, alias))
    if (mayManage) await withoutCanonical(context, hot, { alias, by })
  })
}

/** Whether the user has the power to send `m.room.canonical_alias`. */
export function maySetCanonicalAlias(room: HotRoom, { userId }: Actor): boolean {
  const levels = powerLevelsOf(room)
  return levels.of(userId) >= levels.required('m.room.canonical_alias', true)
}

/** Takes a deleted alias out of the canonical alias event, so that it does not name what is gone. */
async function withoutCanonical(
  context: RoomsContext,
  room: HotRoom,
  { alias, by }: { readonly alias: string; readonly by: Actor },
): Promise<void> {
  const current = room.state('m.room.canonical_alias')?.content
  const alternatives = Array.isArray(current?.['alt_aliases']) ? current['alt_aliases'] : []
  if (current?.['alias'] !== alias && !alternatives.includes(alias)) return
  const content: Record<string, unknown> = { ...current }
  if (content['alias'] === alias) delete content['alias']
  if (alternatives.length > 0) content['alt_aliases'] = alternatives.filter((each) => each !== alias)
  await append(context, room, { by, type: 'm.room.canonical_alias', stateKey: '', content })
}

/**
 * Refuses a canonical alias event that adds aliases which do not point to the room.
 * https://spec.matrix.org/v1.19/client-server-api/#mroomcanonical_alias
 */
export async function checkAliases(context: RoomsContext, room: HotRoom, content: JsonObject): Promise<void> {
  const before = room.state('m.room.canonical_alias')?.content
  const known = new Set(named(before))
  for (const alias of named(content).filter((each) => !known.has(each))) {
    if (typeof alias !== 'string' || !isRoomAlias(alias))
      throw new MatrixError('M_INVALID_PARAM', 'This is not an alias')
    const row = await aliasRow(context.store.read, alias)
    if (row?.roomNid !== room.nid) throw new MatrixError('M_BAD_ALIAS', `${alias} does not point to this room`)
  }
}

const named = (content: JsonObject | undefined): readonly unknown[] => [
  ...(content?.['alias'] === undefined || content['alias'] === null || content['alias'] === ''
    ? []
    : [content['alias']]),
  ...(Array.isArray(content?.['alt_aliases']) ? content['alt_aliases'] : []),
]

/**
 * Aliases this server has for a room, for its members and for everybody if it is world readable.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidaliases
 */
export async function localAliases(
  context: RoomsContext,
  roomId: string,
  { by }: { readonly by: Actor },
): Promise<string[]> {
  const { room } = await openRoom(context, roomId, by)
  return (await aliasesOfRoom(context.store.read, room.nid)).map(({ alias }) => alias)
}
