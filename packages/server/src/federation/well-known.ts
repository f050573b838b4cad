// Asks a host where its Matrix server is: /.well-known/matrix/server, redirects and caching headers included.
// https://spec.matrix.org/v1.19/server-server-api/#getwell-knownmatrixserver
import { parseServerName } from '@myelin/protocol/identifiers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { abortAfter, type Environment } from '../environment.ts'
import { wellKnownBytesMax, wellKnownRedirectsMax, wellKnownTimeoutMs } from '../federation-limits.ts'
import { AddressRefused } from './address-guard.ts'
import type { WellKnownAnswer } from './discovery.ts'
import { discard, type Outbound, type OutboundResponse, readText, TooLong } from './outbound.ts'

/** The URL at which a host is asked. */
export const wellKnownUrl = (hostname: string): string => `https://${hostname}/.well-known/matrix/server`

/** Asks at a URL. "30x redirects should be followed, however redirection loops should be avoided." Never throws. */
export async function fetchWellKnown(
  outbound: Outbound,
  url: string,
  environment: Environment,
): Promise<WellKnownAnswer> {
  const limit = abortAfter(environment, wellKnownTimeoutMs)
  try {
    const response = await followed(outbound, new URL(url), limit.signal)
    return response === undefined ? { kind: 'none' } : await read(response, environment.now())
  } catch (error) {
    // What the host has chosen to be like is an answer; what may pass is not.
    return { kind: error instanceof AddressRefused || error instanceof TooLong ? 'none' : 'failed' }
  } finally {
    limit.cancel()
  }
}

/** Undefined when the redirects lead nowhere. */
async function followed(outbound: Outbound, start: URL, signal: AbortSignal): Promise<OutboundResponse | undefined> {
  let url = start
  for (let redirects = 0; redirects <= wellKnownRedirectsMax; redirects++) {
    const response = await get(outbound, url, signal)
    const { location } = response.headers
    if (response.status < 300 || response.status > 399 || location === undefined) return response
    discard(response.body)
    if (!URL.canParse(location, url)) return undefined
    url = new URL(location, url)
    if (url.protocol !== 'https:') return undefined
  }
  return undefined
}

function get(outbound: Outbound, url: URL, signal: AbortSignal): Promise<OutboundResponse> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return outbound.request({
    endpoint: { host, port: Number(url.port || 443) },
    hostHeader: url.host,
    certificateName: host,
    method: 'GET',
    uri: url.pathname + url.search,
    headers: { accept: 'application/json' },
    signal,
  })
}

/** "If the response is invalid (bad JSON, missing properties, non-200 response, etc), skip to step 4." */
async function read(response: OutboundResponse, now: number): Promise<WellKnownAnswer> {
  const text = await readText(response, wellKnownBytesMax)
  if (response.status >= 500 || response.status === 429) return { kind: 'failed' }
  const server = response.status === 200 ? delegationIn(text) : undefined
  return server === undefined ? { kind: 'none' } : { kind: 'found', server, maxAgeMs: maxAgeMs(response.headers, now) }
}

function delegationIn(text: string): string | undefined {
  try {
    const document = parseJsonText(text)
    const server = typeof document === 'object' && document !== null && 'm.server' in document && document['m.server']
    const parts = typeof server === 'string' ? parseServerName(server) : undefined
    return parts === undefined || parts.port === 0 ? undefined : String(server)
  } catch {
    return undefined // not JSON: as good as not there
  }
}

/** "Servers should respect the cache control headers present on the response"; undefined when they say nothing. */
export function maxAgeMs(headers: OutboundResponse['headers'], now: number): number | undefined {
  const control = headers['cache-control'] ?? ''
  if (/\bno-(store|cache)\b/i.test(control)) return 0
  const seconds = /\bmax-age\s*=\s*"?(\d{1,10})/i.exec(control)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1000
  if (headers['expires'] === undefined) return undefined
  // "A cache recipient MUST interpret invalid date formats, especially the value "0", as representing a time in the past."
  const expires = Date.parse(headers['expires'])
  return Number.isNaN(expires) ? 0 : Math.max(0, expires - now)
}
