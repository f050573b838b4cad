// The rooms a user shares with another.
import { MatrixError } from '@myelin/protocol/errors'
import { mutualRoomsPerPageMax } from '../limits.ts'
import { mutualRooms as roomsOfBoth } from '../store/presence.ts'
import type { Actor, RoomsContext } from './context.ts'

export interface MutualRoomsQuery {
  readonly by: Actor
  readonly userId: string
  /** Where an earlier page ended. */
  readonly from?: string | undefined
}

export interface MutualRoomsPage {
  readonly roomIds: readonly string[]
  /** Of all pages. */
  readonly count: number
  readonly nextBatch: string | undefined
}

/**
 * A page of them. Throws M_INVALID_PARAM for the user's own id and for what is no token.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mutual_rooms
 */
export async function mutualRooms(
  context: RoomsContext,
  { by, userId, from }: MutualRoomsQuery,
): Promise<MutualRoomsPage> {
  if (userId === by.userId) throw new MatrixError('M_INVALID_PARAM', 'You share every room with yourself')
  const { after, before } = parseToken(from)
  const other = await context.users.find(userId)
  if (other === undefined) return { roomIds: [], count: 0, nextBatch: undefined }
  const rooms = await roomsOfBoth(context.store.read, { user: by.userNid, other, after })
  const page = rooms.slice(0, mutualRoomsPerPageMax)
  const last = page.at(-1)
  const hasMore = rooms.length > page.length && last !== undefined
  return {
    roomIds: page.map(({ roomId }) => roomId),
    count: before + rooms.length,
    nextBatch: hasMore ? `${last.roomNid}_${before + page.length}` : undefined,
  }
}

/** The room after which a page begins, and how many come before it. */
function parseToken(token: string | undefined): { readonly after: number; readonly before: number } {
  if (token === undefined) return { after: 0, before: 0 }
  const [, after, before] = /^(\d{1,15})_(\d{1,9})$/.exec(token) ?? []
  if (after === undefined) throw new MatrixError('M_INVALID_PARAM', 'This is not a token of this server')
  return { after: Number(after), before: Number(before) }
}
