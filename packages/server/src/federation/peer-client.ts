// Calls to other servers from the definitions of their endpoints: signed, bounded, and spared where a server has failed.
// https://spec.matrix.org/v1.19/server-server-api/#request-authentication
import type { Readable } from 'node:stream'
import type { TObject, TSchema } from 'typebox'
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import type { SigningKey } from '@myelin/algorithms/signatures'
import type {
  BodyOf,
  EndpointDefinition,
  PathOf,
  PathParameterNames,
  QueryOf,
  ResponseOf,
} from '@myelin/protocol/endpoint'
import { MatrixError } from '@myelin/protocol/errors'
import { JsonText } from '@myelin/protocol/handlers'
import type { Plain } from '@myelin/protocol/identifiers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { writeQuery } from '@myelin/protocol/query'
import { check } from '@myelin/protocol/schema'
import { abortAfter, type Environment } from '../environment.ts'
import { federationAnswerBytesMax, federationRequestTimeoutMs } from '../federation-limits.ts'
import { FederationError, reasonOf } from './federation-error.ts'
import { readText, TooLong, type OutboundResponse } from './outbound.ts'
import type { Reachability } from './reachability.ts'
import type { Transport } from './transport.ts'

type Empty = Record<never, never>

/** The parts of a request: path parameters and query as values; a body may be given as JSON text that is canonical. */
export type PeerInput<D extends EndpointDefinition> = ([PathParameterNames<D['path']>] extends [never]
  ? Empty
  : { readonly path: Plain<PathOf<D>> }) &
  (D['query'] extends TObject
    ? Empty extends QueryOf<D>
      ? { readonly query?: Plain<QueryOf<D>> }
      : { readonly query: Plain<QueryOf<D>> }
    : Empty) &
  (D['body'] extends TSchema ? { readonly body: Plain<BodyOf<D>> | JsonText } : Empty)

export interface PeerCallOptions {
  readonly signal?: AbortSignal
  /** For the whole of a `call`. */
  readonly timeoutMs?: number
  /** For the answer to a `call`. */
  readonly responseBytesMax?: number
  /** Until an answer begins, where that may take long. */
  readonly answerTimeoutMs?: number
  /** Tries a server that is being left alone after failures. */
  readonly evenIfFailing?: boolean
}

export interface PeerClient {
  /**
   * Calls an endpoint of a server and checks the answer against its definition. Throws FederationError (its `refusal` is
   * what the server said), or the signal's reason when it is aborted.
   */
  call<const D extends EndpointDefinition>(
    serverName: string,
    definition: D,
    input: PeerInput<D>,
    options?: PeerCallOptions,
  ): Promise<ResponseOf<D>>
  /** The same for an answer that is read as it comes: the body of status 200, unchecked. It must be read or destroyed. */
  open<const D extends EndpointDefinition>(
    serverName: string,
    definition: D,
    input: PeerInput<D>,
    options?: PeerCallOptions,
  ): Promise<{ readonly headers: OutboundResponse['headers']; readonly body: Readable }>
}

export interface PeerClientOptions {
  /** This server's own name. */
  readonly serverName: string
  readonly key: SigningKey
  readonly transport: Transport
  readonly reachability: Reachability
  readonly environment: Environment
}

interface LooseInput {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

export function createPeerClient(options: PeerClientOptions): PeerClient {
  const { serverName: origin, key, transport, reachability, environment } = options

  async function send(
    destination: string,
    definition: EndpointDefinition,
    input: LooseInput,
    { signal, answerTimeoutMs, evenIfFailing = false }: PeerCallOptions,
  ): Promise<OutboundResponse> {
    if (!evenIfFailing) reachability.check(destination)
    const { method } = definition
    const uri = uriOf(definition, input)
    const body = bodyText(definition, input)
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (definition.auth === 'X-Matrix')
      headers['authorization'] = xMatrixHeader({ method, uri, origin, destination, contentText: body }, key)
    const options = { signal, answerTimeoutMs, isFile: definition.bytesResponse }
    const response = await transport.send(destination, { method, uri, headers, body, ...options })
    if (response.status === 200) return response
    throw await refusal(destination, response)
  }

  /** Runs a call and keeps account of the server by its outcome. */
  async function accounted<T>(destination: string, { signal }: PeerCallOptions, run: () => Promise<T>): Promise<T> {
    if (destination === origin) throw new FederationError('refused', destination, 'is this server itself')
    try {
      const result = await run()
      reachability.reached(destination)
      return result
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      const failure = error instanceof FederationError ? error : broken(destination, error)
      if (failure.refusal !== undefined || failure.kind === 'malformed') reachability.reached(destination)
      else reachability.failed(destination, failure.message)
      throw failure
    }
  }

  return {
    call: (destination, definition, input, options = {}) =>
      accounted(destination, options, async () => {
        const limit = abortAfter(environment, options.timeoutMs ?? federationRequestTimeoutMs)
        const signal = options.signal ? AbortSignal.any([limit.signal, options.signal]) : limit.signal
        try {
          const response = await send(destination, definition, input as LooseInput, { ...options, signal })
          const text = await readText(response, options.responseBytesMax ?? federationAnswerBytesMax)
          return parseAnswer(destination, definition, text)
        } finally {
          limit.cancel()
        }
      }),
    open: (destination, definition, input, options = {}) =>
      accounted(destination, options, async () => {
        const { headers, body } = await send(destination, definition, input as LooseInput, options)
        return { headers, body }
      }),
  }
}

const uriOf = ({ path }: EndpointDefinition, input: LooseInput): string => {
  const written = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(input.path?.[name] ?? ''))
  const query = writeQuery(input.query ?? {})
  return query === '' ? written : `${written}?${query}`
}

const bodyText = ({ body: schema }: EndpointDefinition, { body }: LooseInput): string | undefined => {
  if (schema === undefined) return undefined
  return body instanceof JsonText ? body.text : canonicalJson(body, 'lenient')
}

function parseAnswer<D extends EndpointDefinition>(serverName: string, definition: D, text: string): ResponseOf<D> {
  const answer = check(definition.response, parsed(serverName, text, definition.response))
  if (answer.ok) return answer.value as ResponseOf<D>
  throw new FederationError('malformed', serverName, `answered with ${answer.path} that ${answer.message}`)
}

function parsed(serverName: string, text: string, schema: TSchema): unknown {
  try {
    return parseJsonText(text, schema)
  } catch (cause) {
    throw new FederationError('malformed', serverName, `answered with what is not JSON`, { cause })
  }
}

const refusalBytesMax = 64 * 1024

/** What an answer of another status than 200 means: the word of a Matrix server, or that none stands there. */
async function refusal(serverName: string, response: OutboundResponse): Promise<FederationError> {
  const { status, headers } = response
  const said = fieldsIn(await readText(response, refusalBytesMax).catch(() => ''))
  const { errcode, error, ...fields } = said
  if (typeof errcode !== 'string' && (status >= 500 || status < 400))
    return new FederationError('unreachable', serverName, `answered with status ${status}`)
  const message = typeof error === 'string' ? error : `status ${status}`
  const known = Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])))
  const refused = new MatrixError(typeof errcode === 'string' ? errcode : 'M_UNKNOWN', message, {
    status,
    fields,
    headers: known,
  })
  return new FederationError('refused', serverName, `refused: ${message}`, { refusal: refused })
}

function fieldsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = parseJsonText(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {} // a proxy's page, not a Matrix server's error
  }
}

/** The connection ended within the answer, or the answer did not end in time or in size. */
const broken = (serverName: string, error: unknown): FederationError =>
  new FederationError(
    error instanceof TooLong ? 'malformed' : 'unreachable',
    serverName,
    `could not be asked: ${reasonOf(error)}`,
    { cause: error },
  )
