// The listening sockets: node:http and node:https servers that turn each request into one call of `handle`.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Logger } from './log.ts'
import type { Handle, HttpResponse } from './message.ts'
import { NodeRequest } from './node-request.ts'
import type { ProxyTrust } from './proxy-trust.ts'
import {
  connectionsMax,
  keepAliveTimeoutMs,
  lingerBytesMax,
  lingerMs,
  requestHeaderBytesMax,
  requestHeadersTimeoutMs,
  requestTimeoutMs,
  responseIdleTimeoutMs,
  stopDrainMs,
} from '../limits.ts'

export interface ListenerOptions {
  readonly handle: Handle
  readonly log: Logger
  readonly trust: ProxyTrust
  /** Certificate chain and key, PEM, for TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** What arrives here comes from the operator: only for the socket in the data folder. */
  readonly isOperator?: boolean
}

/** Where to listen: `host:port` (`[::1]:0` works) or the path of a Unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string }

export interface Listener {
  /** Where it listens, as a URL or the socket's path. */
  readonly url: string
  readonly port: number
  /** Takes no new request, lets those under way end, then closes. Long polls are aborted at once. */
  stop(): Promise<void>
}

/** Splits `HOST:PORT`, with brackets around an IPv6 host. */
export function parseListenAddress(text: string): ListenAddress {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(colon + 1)) }
}

export async function listen(address: ListenAddress, options: ListenerOptions): Promise<Listener> {
  const stopping = new AbortController()
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    void serve(request, response, options, stopping.signal)
  const server = createServer(options.tls, onRequest)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  return {
    url: describe(bound, options.tls !== undefined),
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    stop: () => stop(server, stopping),
  }
}

function createServer(
  tls: ListenerOptions['tls'],
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const shared = {
    keepAliveTimeout: keepAliveTimeoutMs,
    headersTimeout: requestHeadersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    maxHeaderSize: requestHeaderBytesMax,
    noDelay: true,
    joinDuplicateHeaders: true, // a server may send an Authorization for each of its keys
  }
  // Importing node:http reads all its exports, WebSocket among them, which loads Node's whole fetch: 15 MB. This does not.
  const server = tls
    ? process.getBuiltinModule('node:https').createServer({ ...shared, ...tls }, onRequest)
    : process.getBuiltinModule('node:http').createServer(shared, onRequest)
  server.maxConnections = connectionsMax
  server.on('checkContinue', onRequest) // the body is asked for when somebody wants it
  server.on('clientError', (_error, socket) => refuseMalformed(socket as Socket))
  return server
}

const malformed = JSON.stringify({ errcode: 'M_UNRECOGNIZED', error: 'This is not a well-formed HTTP request' })

function refuseMalformed(socket: Socket): void {
  if (!socket.writable) return
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${malformed.length}\r\nConnection: close\r\n\r\n${malformed}`,
  )
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
  stopping: AbortSignal,
): Promise<void> {
  const request = new NodeRequest(message, response, { ...options, stopping })
  try {
    send(response, await options.handle(request), options.log, stopping)
  } catch (error) {
    options.log.error({ err: error }, 'A request could not be answered')
    response.destroy()
  }
}

function send(
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
  log: Logger,
  stopping: AbortSignal,
): void {
  if (stopping.aborted || !response.req.complete) response.setHeader('connection', 'close')
  if (typeof body === 'object' && !(body instanceof Uint8Array)) {
    response.writeHead(status, headers)
    return void sendStream(response, body instanceof Readable ? body : Readable.from(body), { log, stopping })
  }
  const length = status === 304 ? {} : { 'content-length': body === undefined ? 0 : Buffer.byteLength(body) }
  response.writeHead(status, { ...headers, ...length })
  if (response.req.complete || body === undefined) response.end(body)
  else endGently(response, body)
}

interface StreamSurroundings {
  readonly log: Logger
  readonly stopping: AbortSignal
}

/** Sends no faster than the caller reads; one who stops reading, or goes away, ends the source too. */
async function sendStream(
  response: ServerResponse,
  body: Readable,
  { log, stopping }: StreamSurroundings,
): Promise<void> {
  if (response.req.method === 'HEAD') {
    body.destroy()
    response.end()
    return
  }
  response.setTimeout(responseIdleTimeoutMs, () => response.destroy())
  try {
    await pipeline(body, response)
  } catch (error) {
    log.debug({ err: error }, 'A response was cut short')
  }
  // The connection was not idle when idle ones were closed.
  if (stopping.aborted) response.req.socket.destroySoon()
}

/**
 * Answers a caller who is still sending. Closing at once would make the caller's next packet end the connection before the
 * answer has been read, so what still comes is thrown away for a moment.
 */
function endGently(response: ServerResponse, body: string | Uint8Array): void {
  const { req } = response
  let bytes = 0
  const end = () => {
    clearTimeout(patience)
    req.off('data', drop)
    response.end()
  }
  const drop = (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes > lingerBytesMax) end()
  }
  const patience = setTimeout(end, lingerMs)
  req.once('end', end).once('close', end).once('error', end).on('data', drop)
  response.write(body)
  req.resume()
}

async function stop(server: Server, stopping: AbortController): Promise<void> {
  stopping.abort()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), stopDrainMs)
  await closed
  clearTimeout(cut)
}

function describe(address: string | AddressInfo | null, tls: boolean): string {
  if (address === null || typeof address === 'string') return address ?? ''
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${tls ? 'https' : 'http'}://${host}:${address.port}`
}
