// Account data: JSON objects by type that a user keeps for themselves, for the account or for a room.
// https://spec.matrix.org/v1.19/client-server-api/#client-config
import { MatrixError } from '@myelin/protocol/errors'
import { utf8Length, type RoomId, type UserId } from '@myelin/protocol/identifiers'
import { accountDataTypeBytesMax } from '../limits.ts'
import { accountDataContent, setAccountData } from '../store/account-data.ts'
import { accountOf } from '../store/accounts.ts'
import { roomByRoomId } from '../store/rooms.ts'
import { alone, type AccountsContext } from './context.ts'
import type { Requester } from './requester.ts'

/** Which entry of whom; without a room the global one. */
export interface AccountDataPath {
  readonly requester: Requester
  readonly userId: UserId
  readonly roomId?: RoomId
  readonly type: string
}

/** Types that the server keeps by other endpoints. */
const keptTypes: ReadonlySet<string> = new Set(['m.fully_read', 'm.push_rules'])

/** Throws `M_FORBIDDEN` unless the caller asks for what is theirs. */
export function requireOwn({ requester, userId }: { requester: Requester; userId: UserId }): void {
  if (requester.userId !== userId) throw new MatrixError('M_FORBIDDEN', 'This belongs to another user')
}

/** The content of an entry, as JSON text. Throws `M_FORBIDDEN`, `M_NOT_FOUND`. */
export async function getAccountData(context: AccountsContext, path: AccountDataPath): Promise<string> {
  requireOwn(path)
  const { requester, type } = path
  const content = keptTypes.has(type)
    ? await context.hooks.keptAccountData?.({ ...path, userNid: requester.userNid })
    : await read(context, path)
  if (content === undefined) throw new MatrixError('M_NOT_FOUND', 'There is no such account data')
  return content
}

async function read({ store }: AccountsContext, { requester, roomId, type }: AccountDataPath) {
  const roomNid = roomId === undefined ? 0 : (await roomByRoomId(store.read, roomId))?.nid
  return roomNid === undefined
    ? undefined
    : accountDataContent(store.read, { userNid: requester.userNid, roomNid, type })
}

/**
 * Sets an entry. Throws `M_FORBIDDEN`, `M_NOT_FOUND` for an unknown room, and for types the server keeps
 * `M_BAD_JSON` with status 405.
 */
export async function putAccountData(context: AccountsContext, path: AccountDataPath, content: object): Promise<void> {
  requireOwn(path)
  const { requester, type } = path
  if (keptTypes.has(type)) throw new MatrixError('M_BAD_JSON', `Cannot set ${type} through this API`, { status: 405 })
  if (utf8Length(type) > accountDataTypeBytesMax || type === '')
    throw new MatrixError('M_INVALID_PARAM', `A type has 1 to ${accountDataTypeBytesMax} bytes`)
  const roomNid = await requireRoomNid(context, path.roomId)
  await alone(context, requester.userNid, () =>
    context.store.write((w) =>
      setAccountData(w, { userNid: requester.userNid, roomNid, type }, JSON.stringify(content)),
    ),
  )
}

/** 0 without a room. Throws `M_NOT_FOUND` for a room this server has never seen. */
export async function requireRoomNid({ store }: AccountsContext, roomId: RoomId | undefined): Promise<number> {
  const roomNid = roomId === undefined ? 0 : (await roomByRoomId(store.read, roomId))?.nid
  if (roomNid === undefined) throw new MatrixError('M_NOT_FOUND', 'This server does not know the room')
  return roomNid
}

/**
 * Throws `M_INVITE_BLOCKED` when a local user wants no invites.
 * https://spec.matrix.org/v1.19/client-server-api/#invite-permission
 */
export async function checkInvite({ store }: AccountsContext, target: string): Promise<void> {
  const account = await accountOf(store.read, target)
  if (!account) return
  const key = { userNid: account.userNid, roomNid: 0, type: 'm.invite_permission_config' }
  const content: unknown = JSON.parse((await accountDataContent(store.read, key)) ?? '{}')
  if (typeof content === 'object' && content && 'default_action' in content && content.default_action === 'block')
    throw new MatrixError('M_INVITE_BLOCKED', `${target} does not want to be invited`)
}
