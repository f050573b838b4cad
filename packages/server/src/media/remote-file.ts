// A file at another server, opened: over the endpoints for servers, or the older ones for everybody where those are
// missing; directly, or from where the server says it has put it.
// https://spec.matrix.org/v1.19/server-server-api/#content-repository
import { MatrixError } from '@myelin/protocol/errors'
import * as former from '@myelin/protocol/client-server/content-repo'
import * as federation from '@myelin/protocol/server-server/content_repository'
import { FederationError } from '../federation/federation-error.ts'
import { discard, type OutboundResponse } from '../federation/outbound.ts'
import { getFromWeb } from '../federation/web.ts'
import { mediaWaitDefaultMs, mediaWaitMaxMs, remoteRedirectsMax } from '../limits.ts'
import { fileNameIn } from './content-disposition.ts'
import { cleanContentType, isThumbnailType } from './content-type.ts'
import type { MediaContext } from './context.ts'
import { boundaryOf, MalformedMultipart, readFilePart } from './multipart.ts'
import { notYetUploaded, tooLarge, unreachable } from './refusals.ts'
import type { ThumbnailSize } from './thumbnail-size.ts'

export interface RemoteFile {
  readonly contentType: string
  readonly fileName: string | undefined
  /** As the server says it; undefined when it does not. */
  readonly bytes: number | undefined
  /** Must be iterated, or its iterator returned. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface RemoteRequest {
  readonly serverName: string
  readonly mediaId: string
  /** Asks for a thumbnail instead of the file. */
  readonly thumbnail?: ThumbnailSize
  readonly timeoutMs?: number | undefined
  readonly signal: AbortSignal
}

type Context = Pick<MediaContext, 'peers' | 'outbound' | 'config'>

/** Throws what the server refuses with, in words for whoever asked this server. */
export async function openRemoteFile(context: Context, request: RemoteRequest): Promise<RemoteFile> {
  try {
    const file = await overFederation(context, request).catch((error: unknown) => {
      if (!isUnrecognized(error)) throw error
      return overFormerEndpoint(context, request)
    })
    if (request.thumbnail === undefined || isThumbnailType(file.contentType)) return file
    await abandon(file.body)
    throw new FederationError('malformed', request.serverName, `answered with a thumbnail that is ${file.contentType}`)
  } catch (error) {
    throw passedOn(context, error)
  }
}

/** Ends a body nobody wants: one that has not been begun cannot be ended. */
async function abandon(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body) return
}

const waitMs = ({ timeoutMs = mediaWaitDefaultMs }: RemoteRequest) => Math.min(Math.max(0, timeoutMs), mediaWaitMaxMs)

async function overFederation(context: Context, request: RemoteRequest): Promise<RemoteFile> {
  const { serverName, mediaId, thumbnail, signal } = request
  const input = { path: { mediaId }, query: { timeout_ms: waitMs(request), ...thumbnail } }
  const { headers, body } = thumbnail
    ? await context.peers.open(
        serverName,
        federation.getContentThumbnail,
        { ...input, query: { ...input.query, ...thumbnail } },
        { signal },
      )
    : await context.peers.open(serverName, federation.getContent, input, { signal })
  const boundary = boundaryOf(headers['content-type'])
  if (boundary === undefined) {
    discard(body)
    throw new FederationError('malformed', serverName, 'answered with what is not multipart/mixed')
  }
  const part = await readFilePart(body, boundary).catch((error: unknown) => {
    throw error instanceof MalformedMultipart ? malformed(serverName, error) : error
  })
  const location = part.headers.get('location')
  if (location === undefined) return fileOf(Object.fromEntries(part.headers), part.body)
  discard(body)
  return elsewhere(context, request, location)
}

const malformed = (serverName: string, cause: MalformedMultipart) =>
  new FederationError('malformed', serverName, `answered with a broken multipart: ${cause.message}`, { cause })

/** "a Location header to redirect the caller to where the media can be retrieved" */
async function elsewhere(
  context: Context,
  { serverName, signal }: RemoteRequest,
  location: string,
): Promise<RemoteFile> {
  if (!URL.canParse(location)) throw new FederationError('malformed', serverName, 'redirects to what is no URL')
  const response = await getFromWeb(context.outbound, new URL(location), { signal, redirectsMax: remoteRedirectsMax })
  if (response.status === 200) return fileOf(response.headers, response.body as AsyncIterable<Uint8Array>)
  discard(response.body)
  throw new FederationError('unreachable', serverName, `has put the file where the answer is ${response.status}`)
}

/** "When falling back, servers MUST be sure to set allow_remote to false." */
async function overFormerEndpoint(context: Context, request: RemoteRequest): Promise<RemoteFile> {
  const { serverName, mediaId, thumbnail, signal } = request
  const path = { serverName, mediaId }
  const query = { allow_remote: false, timeout_ms: waitMs(request) }
  const { headers, body } = thumbnail
    ? await context.peers.open(
        serverName,
        former.getContentThumbnail,
        { path, query: { ...query, ...thumbnail } },
        { signal },
      )
    : await context.peers.open(serverName, former.getContent, { path, query }, { signal })
  return fileOf(headers, body as AsyncIterable<Uint8Array>)
}

function fileOf(headers: OutboundResponse['headers'], body: AsyncIterable<Uint8Array>): RemoteFile {
  const length = headers['content-length']
  return {
    contentType: cleanContentType(headers['content-type']),
    fileName: fileNameIn(headers['content-disposition']),
    bytes: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    body,
  }
}

/** "when they receive a 404 M_UNRECOGNIZED error"; servers of long ago say so without an errcode. */
function isUnrecognized(error: unknown): boolean {
  if (!(error instanceof FederationError)) return false
  const { errcode, status } = error.refusal ?? {}
  return (status === 404 || status === 405) && (errcode === 'M_UNRECOGNIZED' || errcode === 'M_UNKNOWN')
}

function passedOn({ config }: Context, error: unknown): unknown {
  if (!(error instanceof FederationError)) return error instanceof MatrixError ? error : unreachable(error)
  if (error.refusal?.errcode === 'M_NOT_YET_UPLOADED') return notYetUploaded()
  if (error.refusal?.errcode === 'M_TOO_LARGE') return tooLarge(config['media.remoteBytesMax'], 502)
  return error
}
