// What an operator does with files: delete one, put one into quarantine or take it out, forget those of other servers.
import { evictedFilesPerRound } from '../limits.ts'
import {
  addMediaUsage,
  deleteMedia,
  isFileUsed,
  leastRecentlyAccessed,
  mediaRow,
  putMedia,
  setFileQuarantine,
  uriCount,
  type MediaKey,
  type MediaRow,
} from '../store/media.ts'
import { deleteThumbnails, thumbnailHashes } from '../store/thumbnails.ts'
import { unknownContentType } from './content-type.ts'
import type { MediaContext } from './context.ts'
import { uriOf } from './download.ts'
import { notFound } from './refusals.ts'
import { requireUri } from './stored.ts'

/** Deletes what a content URI stands for, and the file unless another URI stands for it too. Throws `M_NOT_FOUND`. */
export async function deleteFile(context: MediaContext, key: MediaKey): Promise<void> {
  const row = await mediaRow(context.store.read, key)
  if (row === undefined) throw notFound()
  await forget(context, row)
}

/**
 * Puts what a content URI stands for into quarantine, or takes it out: the URI, and the file by whatever other URI it is
 * known or comes again. A file of another server need not be here. Throws `M_NOT_FOUND` for a local URI of which there is
 * none.
 */
export async function setQuarantine(context: MediaContext, key: MediaKey, isQuarantined: boolean): Promise<void> {
  requireUri(key)
  const row = await mediaRow(context.store.read, key)
  if (row === undefined && key.serverName === context.config.serverName) throw notFound()
  const now = context.environment.now()
  const quarantinedMs = isQuarantined ? now : null
  const { hash = null } = row ?? {}
  await context.store.write((w) => {
    putMedia(w, { ...(row ?? unknownFile(key, now)), quarantinedMs })
    if (hash !== null) setFileQuarantine(w, hash, quarantinedMs)
  })
}

const unknownFile = ({ serverName, mediaId }: MediaKey, now: number): MediaRow => ({
  ...{ serverName, mediaId, hash: null, bytes: 0, contentType: unknownContentType, fileName: null, user: 0 },
  ...{ createdMs: now, expiresMs: null, accessedMs: now, needsToken: 1, quarantinedMs: null },
})

/** Forgets files of other servers that were last asked for before a time; they are fetched again when they are wanted. */
export async function purgeRemote(context: MediaContext, beforeMs: number): Promise<{ files: number; bytes: number }> {
  const purged = { files: 0, bytes: 0 }
  for (;;) {
    const rows = await leastRecentlyAccessed(context.store.read, beforeMs, evictedFilesPerRound)
    for (const row of rows) {
      await forget(context, row)
      purged.files++
      purged.bytes += row.bytes
    }
    if (rows.length < evictedFilesPerRound) return purged
  }
}

/** Forgets a row with its thumbnails, then the files nothing stands for any more. */
export async function forget(context: MediaContext, row: MediaRow): Promise<void> {
  const { store } = context
  const uri = uriOf(row)
  const isLast = row.hash !== null && (await uriCount(store.read, row.hash)) <= 1
  const sources = [uri, ...(isLast && row.hash !== null ? [row.hash] : [])]
  const files = new Set(row.hash === null ? [] : [row.hash])
  for (const source of sources) for (const hash of await thumbnailHashes(store.read, source)) files.add(hash)
  await store.write((w) => {
    deleteMedia(w, row)
    if (row.user > 0 && row.hash !== null) addMediaUsage(w, row.user, { bytes: -row.bytes, files: -1 })
    for (const source of sources) deleteThumbnails(w, source)
  })
  for (const hash of files) await removeUnused(context, hash)
}

/** Removes a file unless something stands for it. */
async function removeUnused({ mutex, store, files }: MediaContext, hash: string): Promise<void> {
  await mutex.run(hash, async () => {
    if (!(await isFileUsed(store.read, hash))) await files.remove(hash)
  })
}
