// Tags of rooms, kept as the room's `m.tag` account data. https://spec.matrix.org/v1.19/client-server-api/#room-tagging
import { MatrixError } from '@myelin/protocol/errors'
import { utf8Length, type RoomId, type UserId } from '@myelin/protocol/identifiers'
import { tagBytesMax, tagsPerRoomMax } from '../limits.ts'
import { accountDataContent, setAccountData } from '../store/account-data.ts'
import { requireOwn, requireRoomNid } from './account-data.ts'
import { alone, type AccountsContext } from './context.ts'
import type { Requester } from './requester.ts'

export type Tags = Record<string, Readonly<Record<string, unknown>>>

/** Whose tags of which room. */
export interface TagsPath {
  readonly requester: Requester
  readonly userId: UserId
  readonly roomId: RoomId
}

/** The tags of a room. Throws `M_FORBIDDEN`, `M_NOT_FOUND` for an unknown room. */
export async function getTags(context: AccountsContext, path: TagsPath): Promise<Tags> {
  requireOwn(path)
  return read(context, path.requester.userNid, await requireRoomNid(context, path.roomId))
}

/** Tags the room. Throws as `getTags` does, and `M_INVALID_PARAM` for too long a tag or too many. */
export async function setTag(
  context: AccountsContext,
  path: TagsPath,
  { tag, content }: { tag: string; content: object },
): Promise<void> {
  if (utf8Length(tag) > tagBytesMax) throw new MatrixError('M_INVALID_PARAM', `A tag has at most ${tagBytesMax} bytes`)
  return change(context, path, (tags) => {
    if (Object.keys(tags).length >= tagsPerRoomMax && !Object.hasOwn(tags, tag))
      throw new MatrixError('M_INVALID_PARAM', `A room has at most ${tagsPerRoomMax} tags`)
    return { ...tags, [tag]: { ...content } }
  })
}

/** Removes a tag, if it is there. Throws as `getTags` does. */
export function deleteTag(context: AccountsContext, path: TagsPath, tag: string): Promise<void> {
  return change(context, path, ({ [tag]: _removed, ...kept }) => kept)
}

async function change(context: AccountsContext, path: TagsPath, to: (tags: Tags) => Tags): Promise<void> {
  requireOwn(path)
  const { userNid } = path.requester
  const roomNid = await requireRoomNid(context, path.roomId)
  await alone(context, userNid, async () => {
    const tags = to(await read(context, userNid, roomNid))
    await context.store.write((w) => setAccountData(w, { userNid, roomNid, type: 'm.tag' }, JSON.stringify({ tags })))
  })
}

async function read({ store }: AccountsContext, userNid: number, roomNid: number): Promise<Tags> {
  const content: unknown = JSON.parse(
    (await accountDataContent(store.read, { userNid, roomNid, type: 'm.tag' })) ?? '{}',
  )
  const tags = typeof content === 'object' && content && 'tags' in content ? content.tags : {}
  return typeof tags === 'object' && tags ? { ...tags } : {}
}
