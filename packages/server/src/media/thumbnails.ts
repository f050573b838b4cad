// Thumbnails: made here of what is here, asked for at its server of what is not.
// https://spec.matrix.org/v1.19/client-server-api/#thumbnails
import { MatrixError } from '@myelin/protocol/errors'
import { FederationError } from '../federation/federation-error.ts'
import { addCachedBytes } from '../store/media.ts'
import { deleteThumbnails, insertThumbnail, thumbnailRow, type ThumbnailRow } from '../store/thumbnails.ts'
import type { Content, MediaRequest } from './content.ts'
import type { MediaContext } from './context.ts'
import { fetchRemote, requireFetchable, uriOf, type FetchingContext } from './download.ts'
import { requireFew, unsupported, type ImageThumbnails } from './image-thumbnails.ts'
import { FileMissing } from './refusals.ts'
import { cachedFile, localFile, noteAccess, orForget, requireUri, type FiledRow } from './stored.ts'
import { thumbnailSize, type SizeRequest, type ThumbnailSize } from './thumbnail-size.ts'

export interface ThumbnailRequest extends MediaRequest, SizeRequest {}

export interface ThumbnailContext extends FetchingContext {
  readonly thumbnails: ImageThumbnails
}

/** A thumbnail. Throws `M_UNKNOWN` for what none can be made of, `M_TOO_LARGE`, and what downloads throw. */
export async function thumbnail(context: ThumbnailContext, request: ThumbnailRequest): Promise<Content> {
  requireUri(request)
  const size = thumbnailSize(request)
  const made = (row: FiledRow) =>
    orForget(context, row, async () => contentOf(context, await context.thumbnails.of(row, size), row.hash))
  if (request.serverName === context.config.serverName) return made(await localFile(context, request))
  const cached = await cachedFile(context, request)
  if (cached !== undefined) {
    noteAccess(context, cached)
    return made(cached)
  }
  requireFetchable(context, request)
  const theirs = await fromServer(context, request, size)
  return theirs ? contentOf(context, theirs, uriOf(request)) : made(await wholeFile(context, request))
}

/** What the file's own server makes of it; undefined when it makes nothing, so that the whole file is needed. */
async function fromServer(
  context: FetchingContext,
  { serverName, mediaId, timeoutMs }: ThumbnailRequest,
  size: ThumbnailSize,
): Promise<ThumbnailRow | undefined> {
  const source = uriOf({ serverName, mediaId })
  const key = { ...size, source }
  const known = await thumbnailRow(context.store.read, key)
  if (known !== undefined) return known
  await requireFew(context, source)
  const name = [source, ...Object.values(size)].join(' ')
  const request = { serverName, mediaId, timeoutMs, thumbnail: size }
  const fetch = context.fetches.fetch(name, request, (w, { contentType }, stored) => {
    insertThumbnail(w, key, { ...stored, contentType })
    addCachedBytes(w, { serverName, mediaId }, stored.bytes, context.environment.now())
  })
  try {
    await fetch.kept
    return await thumbnailRow(context.store.read, key)
  } catch (error) {
    if (isFinal(error)) throw error
    return undefined
  }
}

async function wholeFile(context: FetchingContext, request: ThumbnailRequest): Promise<FiledRow> {
  await fetchRemote(context, request).kept
  const row = await cachedFile(context, request)
  if (row === undefined) throw unsupported()
  return row
}

/** There is no such file, or no such server: asking for the whole of it would end the same way. */
function isFinal(error: unknown): boolean {
  if (error instanceof FederationError)
    return error.kind === 'unreachable' || error.refusal?.status === 404 || error.refusal?.status === 403
  return error instanceof MatrixError && ['M_NOT_YET_UPLOADED', 'M_LIMIT_EXCEEDED'].includes(error.errcode)
}

/** If its bytes are gone, the thumbnails of what it is made of are forgotten and made again. */
const contentOf = (
  { files, store }: MediaContext,
  { hash, bytes, contentType }: ThumbnailRow,
  source: string,
): Content => ({
  ...{ hash, bytes, contentType, fileName: `thumbnail.${contentType.slice('image/'.length)}` },
  open: (range) =>
    files.open(hash, range).catch(async (error: unknown) => {
      if (error instanceof FileMissing) await store.write((w) => deleteThumbnails(w, source))
      throw error
    }),
})
