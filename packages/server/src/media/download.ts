// Downloads: a file from here, or from the server whose it is, which is then kept here for a while.
import { putMedia, type MediaKey } from '../store/media.ts'
import type { Content, MediaRequest } from './content.ts'
import type { MediaContext } from './context.ts'
import { notFound } from './refusals.ts'
import type { Fetch, RemoteFetches } from './remote-fetches.ts'
import { cachedFile, contentOf, localFile, requireUri } from './stored.ts'

export interface FetchingContext extends MediaContext {
  readonly fetches: RemoteFetches
}

/** The file a content URI stands for. Throws `M_NOT_FOUND`, `M_NOT_YET_UPLOADED`, and what its server cannot do. */
export async function download(context: FetchingContext, request: MediaRequest): Promise<Content> {
  requireUri(request)
  if (request.serverName === context.config.serverName) return contentOf(context, await localFile(context, request))
  const cached = await cachedFile(context, request)
  if (cached !== undefined) return contentOf(context, cached)
  requireFetchable(context, request)
  return fetchRemote(context, request).opened
}

/** Throws `M_NOT_FOUND` when a file that is not here is not to be fetched for this request. */
export function requireFetchable(
  { config }: MediaContext,
  { allowRemote = true, isAuthenticated }: MediaRequest,
): void {
  const isFrozen = !isAuthenticated && config['media.unauthenticated'] === 'frozen'
  if (!allowRemote || isFrozen) throw notFound()
}

/** Fetches a file of another server. */
export function fetchRemote(context: FetchingContext, request: MediaRequest): Fetch {
  const { serverName, mediaId, timeoutMs } = request
  return context.fetches.fetch(uriOf(request), { serverName, mediaId, timeoutMs }, (w, file, { hash, bytes }) => {
    const now = context.environment.now()
    putMedia(w, {
      ...{ serverName, mediaId, hash, bytes, user: 0, expiresMs: null, quarantinedMs: null },
      contentType: file.contentType,
      fileName: file.fileName ?? null,
      createdMs: now,
      accessedMs: now,
      needsToken: context.config['media.unauthenticated'] === 'frozen' ? 1 : 0,
    })
  })
}

export const uriOf = ({ serverName, mediaId }: MediaKey): string => `mxc://${serverName}/${mediaId}`
