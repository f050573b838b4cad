// URL previews: the server looks at a web page for its users, so that the page learns nothing of them.
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediapreview_url
import { MatrixError } from '@myelin/protocol/errors'
import { abortAfter, randomString } from '../environment.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import { discard, type Outbound } from '../federation/outbound.ts'
import { getFromWeb, type WebResponse } from '../federation/web.ts'
import {
  mediaIdCharacters,
  previewImageBytesMax,
  previewKeptMs,
  previewsAtOnceMax,
  previewsRememberedMax,
  previewTimeoutMs,
  previewUrlCharactersMax,
  remoteRedirectsMax,
} from '../limits.ts'
import { putMedia } from '../store/media.ts'
import { version } from '../version.ts'
import { cleanContentType, essenceOf, isSafeInline } from './content-type.ts'
import { keepFile, type MediaContext } from './context.ts'
import { readPageHead } from './page-head.ts'
import { receiveFile } from './receive.ts'
import { busy } from './refusals.ts'

export type Preview = Readonly<Record<string, string | number>>

export interface Previews {
  /** What a page says about itself. Throws `M_FORBIDDEN` when previews are off, `M_UNKNOWN` when it cannot be had. */
  preview(url: string): Promise<Preview>
}

interface Remembered {
  readonly expiresMs: number
  readonly preview: Promise<Preview>
}

/** `outbound` reaches the addresses that users may make the server look at. */
export function createPreviews(context: MediaContext, outbound: Outbound): Previews {
  const remembered = new BoundedMap<Remembered>(previewsRememberedMax)
  let running = 0

  async function look(url: URL): Promise<Preview> {
    if (running >= previewsAtOnceMax) throw busy('pages are being looked at')
    running++
    const { signal, cancel } = abortAfter(context.environment, previewTimeoutMs)
    try {
      return await previewOf({ context, outbound, signal }, url)
    } catch (cause) {
      // Why is told to nobody: it would be a way to find out about the network the server is in.
      throw new MatrixError('M_UNKNOWN', 'The page could not be looked at', { status: 502, cause })
    } finally {
      cancel()
      running--
    }
  }

  return {
    preview: (text) => {
      if (context.config['media.urlPreviews'] === 'off')
        throw new MatrixError('M_FORBIDDEN', 'URL previews are disabled on this server')
      const url = pageUrl(text)
      const now = context.environment.now()
      const known = remembered.get(url.href)
      if (known !== undefined && known.expiresMs > now) return known.preview
      const preview = look(url)
      remembered.set(url.href, { preview, expiresMs: now + previewKeptMs })
      preview.catch(() => remembered.delete(url.href))
      return preview
    },
  }
}

function pageUrl(text: string): URL {
  const url = text.length <= previewUrlCharactersMax && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new MatrixError('M_INVALID_PARAM', 'This is no URL of a web page')
  url.hash = ''
  return url
}

interface Looking {
  readonly context: MediaContext
  readonly outbound: Outbound
  readonly signal: AbortSignal
}

async function previewOf(looking: Looking, url: URL): Promise<Preview> {
  const page = await get(looking, url, 'text/html, application/xhtml+xml, image/*;q=0.9, */*;q=0.1')
  const type = essenceOf(page.headers['content-type'] ?? '')
  if (type.startsWith('image/')) return image(looking, page)
  if (type !== 'text/html' && type !== 'application/xhtml+xml') {
    discard(page.body)
    return {}
  }
  const body = page.body as AsyncIterable<Uint8Array>
  const fields = Object.fromEntries(await readPageHead(body, page.headers['content-type']))
  const { 'og:image': imageUrl, ...texts } = fields
  if (imageUrl === undefined || !URL.canParse(imageUrl, page.url)) return texts
  try {
    return { ...texts, ...(await image(looking, await get(looking, new URL(imageUrl, page.url), 'image/*'))) }
  } catch {
    return texts // a page whose picture cannot be had still has its words
  }
}

async function get({ outbound, signal }: Looking, url: URL, accept: string): Promise<WebResponse> {
  const headers = { accept, 'user-agent': `Myelin/${version} (URL preview)` }
  const options = { headers, signal, redirectsMax: remoteRedirectsMax, mayBePlain: true }
  const response = await getFromWeb(outbound, url, options)
  if (response.status === 200) return response
  discard(response.body)
  throw new Error(`${url.host} answered with status ${response.status}`)
}

/** Stores a picture; it is nobody's, and goes when room is needed. */
async function image({ context }: Looking, { headers, body }: WebResponse): Promise<Preview> {
  const contentType = cleanContentType(headers['content-type'])
  if (!essenceOf(contentType).startsWith('image/') || !isSafeInline(contentType)) {
    discard(body)
    throw new Error(`${contentType} is no picture that is shown`)
  }
  const { environment, config, files } = context
  const options = { bytesMax: previewImageBytesMax, status: 502 } as const
  await using file = await receiveFile(files, body as AsyncIterable<Uint8Array>, options)
  const now = environment.now()
  const key = { serverName: config.serverName, mediaId: randomString(environment, mediaIdCharacters) }
  const { bytes } = await keepFile(context, file, (w, stored) =>
    putMedia(w, {
      ...{ ...key, ...stored, contentType, fileName: null, user: 0, expiresMs: null, quarantinedMs: null },
      ...{ createdMs: now, accessedMs: now, needsToken: 1 },
    }),
  )
  return {
    'og:image': `mxc://${key.serverName}/${key.mediaId}`,
    'og:image:type': essenceOf(contentType),
    'matrix:image:size': bytes,
  }
}
