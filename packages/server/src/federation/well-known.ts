// Asks a host where its Matrix server is: /.well-known/matrix/server, redirects and caching headers included.
// https://spec.matrix.org/v1.19/server-server-api/#getwell-knownmatrixserver
import { parseServerName } from '@myelin/protocol/identifiers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { abortAfter, type Environment } from '../environment.ts'
import { wellKnownBytesMax, wellKnownRedirectsMax, wellKnownTimeoutMs } from '../federation-limits.ts'
import { AddressRefused } from './address-guard.ts'
import type { WellKnownAnswer } from './discovery.ts'
import { type Outbound, type OutboundResponse, readText, TooLong } from './outbound.ts'
import { getFromWeb } from './web.ts'

/** The URL at which a host is asked. */
export const wellKnownUrl = (hostname: string): string => `https://${hostname}/.well-known/matrix/server`

const headers = { accept: 'application/json' }

/** Asks at a URL. "30x redirects should be followed, however redirection loops should be avoided." Never throws. */
export async function fetchWellKnown(
  outbound: Outbound,
  url: string,
  environment: Environment,
): Promise<WellKnownAnswer> {
  const limit = abortAfter(environment, wellKnownTimeoutMs)
  try {
    const options = { headers, redirectsMax: wellKnownRedirectsMax, signal: limit.signal }
    return await read(await getFromWeb(outbound, new URL(url), options), environment.now())
  } catch (error) {
    // What the host has chosen to be like is an answer; what may pass is not.
    return { kind: error instanceof AddressRefused || error instanceof TooLong ? 'none' : 'failed' }
  } finally {
    limit.cancel()
  }
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
