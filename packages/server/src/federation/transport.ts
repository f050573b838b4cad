// A request to a server by name: found by discovery, sent to where that says.
import type { Discovery } from './discovery.ts'
import { AddressRefused } from './address-guard.ts'
import { FederationError, reasonOf } from './federation-error.ts'
import type { Outbound, OutboundRequest, OutboundResponse } from './outbound.ts'

export type TransportRequest = Pick<
  OutboundRequest,
  'method' | 'uri' | 'headers' | 'body' | 'signal' | 'answerTimeoutMs' | 'isFile'
>

/** What carries requests to other servers: the network, or whatever takes its place. */
export interface Transport {
  /** The answer, whatever its status. Throws FederationError when there is none, the signal's reason when it is aborted. */
  send(serverName: string, request: TransportRequest): Promise<OutboundResponse>
}

/** Tries the endpoints of a server in turn, as long as there is no connection. */
export function createTransport(discovery: Discovery, outbound: Outbound): Transport {
  return {
    send: async (serverName, request) => {
      const { endpoints, hostHeader, certificateName } = await unlessAborted(
        discovery.resolve(serverName),
        request.signal,
      )
      const failures: unknown[] = []
      for (const endpoint of endpoints) {
        const attempt = () => outbound.request({ ...request, endpoint, hostHeader, certificateName })
        try {
          return await onceMore(attempt)
        } catch (error) {
          if (request.signal?.aborted) throw request.signal.reason
          failures.push(error)
          if (codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT') break
        }
      }
      discovery.forget(serverName)
      throw unreachable(serverName, failures)
    },
  }
}

/** The search goes on for others; this caller need not wait for its end. */
async function unlessAborted<T>(search: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return search
  const end = Promise.withResolvers<never>()
  const leave = () => end.reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([search, end.promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** A kept connection may have been closed by the other side just when it was used again. */
async function onceMore(attempt: () => Promise<OutboundResponse>): Promise<OutboundResponse> {
  try {
    return await attempt()
  } catch (error) {
    if (codeOf(error) === 'UND_ERR_SOCKET' || codeOf(error) === 'ECONNRESET') return attempt()
    throw error
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

function unreachable(serverName: string, failures: readonly unknown[]): FederationError {
  const cause = failures.length > 1 ? new AggregateError(failures) : failures[0]
  const kind = failures.every((error) => error instanceof AddressRefused) ? 'refused' : 'unreachable'
  return new FederationError(kind, serverName, `cannot be reached: ${reasonOf(failures.at(-1))}`, { cause })
}
