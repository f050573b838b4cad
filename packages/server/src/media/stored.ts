// Looking a content URI up: what is here, what may be served to whoever asks, and waiting for what is still to come.
import { parseMxc } from '@myelin/protocol/identifiers'
import { mediaAccessIntervalMs } from '../limits.ts'
import { deleteMedia, mediaRow, touchMedia, type MediaKey, type MediaRow } from '../store/media.ts'
import type { Content, MediaRequest } from './content.ts'
import type { MediaContext } from './context.ts'
import { FileMissing, notFound, notYetUploaded } from './refusals.ts'

/** A row that has its file. */
export type FiledRow = MediaRow & { readonly hash: string }

export const isFiled = (row: MediaRow | undefined): row is FiledRow => typeof row?.hash === 'string'

/** Throws `M_NOT_FOUND` for what is no content URI. */
export function requireUri({ serverName, mediaId }: MediaKey): void {
  if (parseMxc(`mxc://${serverName}/${mediaId}`) === undefined) throw notFound()
}

/** A file of this server. Waits for one that is still to be uploaded; throws `M_NOT_FOUND` and `M_NOT_YET_UPLOADED`. */
export async function localFile(context: MediaContext, request: MediaRequest): Promise<FiledRow> {
  const arrival = context.arrivals.expect(request.mediaId, request.timeoutMs)
  try {
    const row = requireServable(context, await mediaRow(context.store.read, request), request)
    if (isFiled(row)) return row
    await arrival.over
    const later = requireServable(context, await mediaRow(context.store.read, request), request)
    if (isFiled(later)) return later
    throw notYetUploaded()
  } finally {
    arrival.stop()
  }
}

/** A file of another server that is stored here; undefined when it is not. Throws `M_NOT_FOUND` for what is not served. */
export async function cachedFile(context: MediaContext, request: MediaRequest): Promise<FiledRow | undefined> {
  const row = await mediaRow(context.store.read, request)
  if (row === undefined) return undefined
  const servable = requireServable(context, row, request)
  return isFiled(servable) ? servable : undefined
}

function requireServable(
  { environment }: MediaContext,
  row: MediaRow | undefined,
  { isAuthenticated }: MediaRequest,
): MediaRow {
  if (row === undefined || row.quarantinedMs !== null) throw notFound()
  if (row.hash === null && row.expiresMs !== null && row.expiresMs <= environment.now()) throw notFound()
  // "any media uploaded after (or during) the freeze SHOULD only be accessible through the new, authenticated, endpoints"
  if (!isAuthenticated && row.needsToken === 1) throw notFound()
  return row
}

/** The row's file, to be handed out. */
export function contentOf(context: MediaContext, row: FiledRow): Content {
  noteAccess(context, row)
  return {
    contentType: row.contentType,
    fileName: row.fileName ?? undefined,
    bytes: row.bytes,
    hash: row.hash,
    open: (range) => orForget(context, row, () => context.files.open(row.hash, range)),
  }
}

/** What needs the row's file. One of another server whose bytes are gone is forgotten, so that it is fetched again. */
export async function orForget<T>({ store, config }: MediaContext, row: FiledRow, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } catch (error) {
    if (error instanceof FileMissing && row.serverName !== config.serverName)
      await store.write((w) => deleteMedia(w, row))
    throw error
  }
}

/** Remembers, now and then, that a file was asked for. */
export function noteAccess({ store, environment }: MediaContext, row: FiledRow): void {
  const now = environment.now()
  if (now - row.accessedMs < mediaAccessIntervalMs) return
  store.write((w) => touchMedia(w, row, now)).catch(() => undefined) // only a hint for what to evict
}
