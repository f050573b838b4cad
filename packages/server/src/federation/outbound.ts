// HTTPS requests to other servers: each host has a pool of a few connections, made only to allowed addresses and only to
// whoever has the right certificate. Everything that is waited for has a limit.
import type { lookup as systemLookup } from 'node:dns'
import { connect as connectPlainly, isIP } from 'node:net'
import type { Readable } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import type { buildConnector, Pool } from 'undici'
import { systemEnvironment } from '../environment.ts'
import {
  federationConnectionsPerServerMax,
  federationConnectTimeoutMs,
  federationIdleConnectionMs,
  federationPoolsMax,
  federationRequestTimeoutMs,
} from '../federation-limits.ts'
import { GatheredBytes } from '../http/gathered-bytes.ts'
import { version } from '../version.ts'
import { AddressRefused, guardedLookup, isPublicAddress, type AddressGuard } from './address-guard.ts'
import { BoundedMap } from './bounded-map.ts'
import { ConnectionTurns } from './connection-turns.ts'
import type { Endpoint } from './resolve-server.ts'

// Importing node:tls reads all its exports, every root certificate among them: 2 MB. This waits for the first connection.
const nodeTls = () => process.getBuiltinModule('node:tls')

export interface OutboundRequest {
  readonly endpoint: Endpoint
  /** Plain HTTP, for what is no server of the federation. */
  readonly isPlain?: boolean
  readonly hostHeader: string
  /** The host name or IP address the certificate must be valid for. */
  readonly certificateName: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query. */
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Until the answer begins, if that may take longer than other requests. */
  readonly answerTimeoutMs?: number | undefined
  /** For files: over connections of their own, so that they hold nothing else up. */
  readonly isFile?: boolean | undefined
}

export interface OutboundResponse {
  readonly status: number
  /** Names in lower case; of a repeated header the first. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Must be read to its end or destroyed. */
  readonly body: Readable
}

export interface Outbound extends AsyncDisposable {
  /** Throws AddressRefused, and whatever the connection fails with. Redirects are answers like any other. */
  request(request: OutboundRequest): Promise<OutboundResponse>
}

export interface OutboundOptions {
  readonly allowPrivateAddresses: boolean
  /** Which addresses may be reached, in place of the public ones or all. */
  readonly isAllowed?: AddressGuard
  /** A certificate authority trusted besides the usual ones, PEM. */
  readonly ca?: string | undefined
  readonly lookup?: typeof systemLookup
  readonly connectTimeoutMs?: number
  readonly requestTimeoutMs?: number
}

/** Opens no connection yet. Disposing ends all of them at once. */
export function createOutbound(options: OutboundOptions): Outbound {
  const isAllowed = options.isAllowed ?? (options.allowPrivateAddresses ? () => true : isPublicAddress)
  const lookup = guardedLookup(isAllowed, options.lookup)
  const pools = new BoundedMap<Pool>(federationPoolsMax, (pool) => void pool.close())
  const requestTimeoutMs = options.requestTimeoutMs ?? federationRequestTimeoutMs
  const start = once(async () => {
    const { Pool } = await import('undici')
    const { createSecureContext, getCACertificates } = nodeTls()
    const ca = options.ca === undefined ? {} : { ca: [...getCACertificates('default'), options.ca] }
    const tls = { secureContext: createSecureContext(ca), lookup, ALPNProtocols: ['http/1.1'] }
    const timeoutMs = options.connectTimeoutMs ?? federationConnectTimeoutMs
    return { Pool, dial: { isAllowed, timeoutMs, tls, turns: new ConnectionTurns(systemEnvironment) } }
  })

  async function poolOf({
    endpoint,
    certificateName,
    isPlain = false,
    isFile = false,
  }: OutboundRequest): Promise<Pool> {
    const { Pool, dial } = await start()
    const origin = `${isPlain ? 'http' : 'https'}://${isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`
    const key = `${origin}/${certificateName}/${isFile ? 'files' : ''}`
    const known = pools.get(key)
    if (known !== undefined) return known
    const pool = new Pool(origin, {
      connections: federationConnectionsPerServerMax,
      connect: connector({ ...dial, isPlain }, endpoint, certificateName),
      headersTimeout: requestTimeoutMs,
      bodyTimeout: requestTimeoutMs,
      keepAliveTimeout: federationIdleConnectionMs,
      keepAliveMaxTimeout: federationIdleConnectionMs,
    })
    pools.set(key, pool)
    return pool
  }

  return {
    request: async (request) => {
      const {
        method,
        uri: path,
        body = null,
        signal = null,
        answerTimeoutMs: headersTimeout = requestTimeoutMs,
      } = request
      // Some hosts answer nobody who does not say what they are.
      const headers = { 'user-agent': `Myelin/${version}`, ...request.headers, host: request.hostHeader }
      const answer = await (await poolOf(request)).request({ method, path, headers, body, signal, headersTimeout })
      return { status: answer.statusCode, headers: firstOfEach(answer.headers), body: answer.body }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...pools].map(([, pool]) => pool.destroy()))
      pools.clear()
    },
  }
}

/** The client and the certificates are loaded with the first request: a server that talks to nobody holds 10 MB less. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

interface Dial {
  readonly isPlain: boolean
  readonly isAllowed: AddressGuard
  readonly timeoutMs: number
  readonly tls: ConnectionOptions
  readonly turns: ConnectionTurns
}

/**
 * Connects to an endpoint whoever the certificate must be of. "A SNI should be sent for the certificate which is expected,
 * unless that certificate is expected to be an IP address".
 */
const connector =
  (dial: Dial, { host, port }: Endpoint, certificateName: string): buildConnector.connector =>
  (_, callback) => {
    // A literal address is never looked up, so that the look-up cannot refuse it.
    if (isIP(host) !== 0 && !dial.isAllowed(host))
      return callback(new AddressRefused(`${host} is no public address`), null)
    dial.turns.begin(() => connectNow(dial, { host, port, certificateName }, callback))
  }

function connectNow(
  { isPlain, timeoutMs, tls }: Dial,
  { host, port, certificateName }: Endpoint & { readonly certificateName: string },
  callback: buildConnector.Callback,
): void {
  const socket = isPlain
    ? connectPlainly({ host, port, lookup: tls.lookup })
    : nodeTls().connect({
        ...tls,
        host,
        port,
        servername: isIP(certificateName) === 0 ? certificateName : '',
        checkServerIdentity: (_host, certificate) => nodeTls().checkServerIdentity(certificateName, certificate),
      })
  let isWaiting = true
  const settle = (error?: Error) => {
    if (!isWaiting) return
    isWaiting = false
    if (error === undefined) return callback(null, socket.setTimeout(0))
    socket.destroy()
    callback(error, null)
  }
  socket.setNoDelay(true).setKeepAlive(true, federationIdleConnectionMs)
  socket.setTimeout(timeoutMs, () => settle(new Error(`no connection to ${host}:${port} in ${timeoutMs} ms`)))
  socket.once(isPlain ? 'connect' : 'secureConnect', () => settle()).on('error', settle)
}

const firstOfEach = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]))

/** An answer that is longer than it may be. */
export class TooLong extends Error {
  override readonly name = 'TooLong'
}

/** The whole body as text. Throws TooLong beyond `bytesMax`, and what the connection fails with. */
export async function readText({ headers, body }: OutboundResponse, bytesMax: number): Promise<string> {
  const bytes = new GatheredBytes()
  let isTooLong = Number(headers['content-length'] ?? 0) > bytesMax
  if (!isTooLong)
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      isTooLong = bytes.length + chunk.length > bytesMax
      if (isTooLong) break
      bytes.add(chunk)
    }
  if (!isTooLong) return bytes.whole().toString()
  discard(body)
  throw new TooLong(`the answer is longer than ${bytesMax} bytes`)
}

/** Ends the connection of a body nobody wants. */
export function discard(body: Readable): void {
  body.on('error', () => {}) // the error says that it was ended
  body.destroy()
}
