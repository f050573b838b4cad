// Uploading: a file is written to disk as it arrives, and stands for something only once all of it is there.
// https://spec.matrix.org/v1.19/client-server-api/#content-repository
import { MatrixError } from '@myelin/protocol/errors'
import type { MxcUri } from '@myelin/protocol/identifiers'
import { randomString } from '../environment.ts'
import { filesPerUserMax, mediaIdCharacters, pendingUploadKeptMs, pendingUploadsPerUserMax } from '../limits.ts'
import {
  addMediaUsage,
  deleteExpired,
  mediaRow,
  mediaUsage,
  pendingUploads,
  putMedia,
  type MediaRow,
} from '../store/media.ts'
import { cleanFileName } from './content-disposition.ts'
import { cleanContentType, unknownContentType } from './content-type.ts'
import { keepFile, type MediaContext } from './context.ts'
import type { IncomingFile } from './files.ts'
import { receiveFile } from './receive.ts'
import { notFound } from './refusals.ts'

export interface UploadRequest {
  /** The user's nid. */
  readonly user: number
  readonly bytes: AsyncIterable<Uint8Array>
  /** As the request's header says; undefined when it does not. */
  readonly bytesExpected?: number | undefined
  readonly contentType: string | undefined
  readonly fileName: string | undefined
}

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const newMediaId = ({ environment }: MediaContext): string => randomString(environment, mediaIdCharacters, idAlphabet)
const uriOf = ({ config }: MediaContext, mediaId: string): MxcUri => `mxc://${config.serverName}/${mediaId}` as MxcUri

/** Stores a file and gives its content URI. Throws `M_TOO_LARGE`, or `M_FORBIDDEN` when the user has uploaded too much. */
export async function upload(context: MediaContext, request: UploadRequest): Promise<MxcUri> {
  const mediaId = newMediaId(context)
  await using file = await receive(context, request)
  await keepFile(context, file, (w, { hash, bytes }) => {
    putMedia(w, { ...newRow(context, { mediaId, ...request }), hash, bytes })
    addMediaUsage(w, request.user, { bytes, files: 1 })
  })
  return uriOf(context, mediaId)
}

/** Reserves a content URI. "The server should limit the number of concurrent pending media uploads a given user can have." */
export function create(
  context: MediaContext,
  user: number,
): Promise<{ readonly content_uri: MxcUri; readonly unused_expires_at: number }> {
  return context.mutex.run(`pending ${user}`, async () => {
    const now = context.environment.now()
    if ((await pendingUploads(context.store.read, user, now)) >= pendingUploadsPerUserMax)
      throw new MatrixError('M_LIMIT_EXCEEDED', 'Upload what you have reserved URIs for first')
    const mediaId = newMediaId(context)
    const expiresMs = now + pendingUploadKeptMs
    const row = newRow(context, { mediaId, user, contentType: unknownContentType, fileName: undefined })
    await context.store.write((w) => {
      deleteExpired(w, user, now)
      putMedia(w, { ...row, expiresMs })
    })
    return { content_uri: uriOf(context, mediaId), unused_expires_at: expiresMs }
  })
}

export interface UploadToRequest extends UploadRequest {
  readonly serverName: string
  readonly mediaId: string
}

/**
 * Stores the file of a reserved content URI. Throws `M_NOT_FOUND`, `M_FORBIDDEN` when somebody else reserved it, and
 * `M_CANNOT_OVERWRITE_MEDIA` when it has its file; of two uploads under way at once the first to end counts.
 */
export async function uploadTo(context: MediaContext, request: UploadToRequest): Promise<void> {
  await requireReserved(context, request)
  await using file = await receive(context, request)
  await context.mutex.run(`upload ${request.mediaId}`, async () => {
    const reserved = await requireReserved(context, request)
    await keepFile(context, file, (w, { hash, bytes }) => {
      const { createdMs, quarantinedMs } = reserved
      putMedia(w, { ...newRow(context, request), createdMs, quarantinedMs, hash, bytes })
      addMediaUsage(w, request.user, { bytes, files: 1 })
    })
  })
  context.arrivals.arrived(request.mediaId)
}

async function requireReserved(context: MediaContext, request: UploadToRequest): Promise<MediaRow> {
  if (request.serverName !== context.config.serverName) throw notFound()
  const row = await mediaRow(context.store.read, request)
  if (row === undefined) throw notFound()
  if (row.user !== request.user) throw new MatrixError('M_FORBIDDEN', 'Somebody else has reserved this URI')
  if (row.hash !== null) throw new MatrixError('M_CANNOT_OVERWRITE_MEDIA', 'There is a file at this URI already')
  if ((row.expiresMs ?? 0) <= context.environment.now()) throw notFound()
  return row
}

type NewRow = Pick<UploadToRequest, 'mediaId' | 'user' | 'contentType' | 'fileName'>

/** The row of a file of this server that is not there yet. */
function newRow({ config, environment }: MediaContext, { mediaId, user, contentType, fileName }: NewRow): MediaRow {
  const now = environment.now()
  return {
    ...{ serverName: config.serverName, mediaId, user },
    ...{ hash: null, bytes: 0, expiresMs: null, quarantinedMs: null },
    contentType: cleanContentType(contentType),
    fileName: cleanFileName(fileName) ?? null,
    createdMs: now,
    accessedMs: now,
    needsToken: config['media.unauthenticated'] === 'frozen' ? 1 : 0,
  }
}

/** Writes what arrives to disk, as far as the user may upload it. */
async function receive(context: MediaContext, request: UploadRequest): Promise<IncomingFile> {
  const { user, bytesExpected } = request
  await requireRoom(context, user, bytesExpected ?? 0)
  const options = { bytesMax: context.config['media.uploadBytesMax'], status: 413, bytesExpected } as const
  const file = await receiveFile(context.files, request.bytes, options)
  try {
    await requireRoom(context, user, file.bytes)
    return file
  } catch (error) {
    await file[Symbol.asyncDispose]()
    throw error
  }
}

/** "Homeservers should limit the number and total size of media that can be uploaded by clients". */
async function requireRoom({ config, store }: MediaContext, user: number, bytes: number): Promise<void> {
  const used = await mediaUsage(store.read, user)
  const bytesMax = config['media.userBytesMax']
  if (used.files >= filesPerUserMax || (bytesMax > 0 && used.bytes + bytes > bytesMax))
    throw new MatrixError('M_FORBIDDEN', 'You have uploaded as much as you may')
}
