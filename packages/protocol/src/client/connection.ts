// One server, as a client talks to it: requests built from definitions, sent with bounds on how many and how often.
import type { EndpointDefinition, ResponseOf } from '../endpoint.ts'
import { refresh } from '../client-server/refresh.ts'
import { MatrixError } from '../errors.ts'
import type { SignedRequest } from '../x-matrix.ts'
import { jsonOf, readAnswer, refusalOf, retryAfterMs } from './answer.ts'
import type { Answer } from './answer.ts'
import { splitInput } from './input.ts'
import type { InputOf, RequestInput } from './input.ts'
import { pause } from './pause.ts'
import { Slots } from './slots.ts'
import { TokenKeeper } from './tokens.ts'
import type { Tokens } from './tokens.ts'

export interface ConnectionOptions {
  readonly accessToken?: string
  /** With it, an expired access token is renewed and the request repeated. */
  readonly refreshToken?: string
  /** Told of renewed tokens, so that they can be kept. */
  readonly onTokens?: (tokens: Tokens) => void
  /** Writes the `Authorization` header of requests between servers. */
  readonly signRequest?: (request: SignedRequest) => Promise<string>
  readonly fetch?: (url: string, request: RequestInit) => Promise<Response>
  /** Requests under way at once. */
  readonly connectionsMax?: number
  /** How often a request refused with `M_LIMIT_EXCEEDED` is repeated. */
  readonly rateLimitRetriesMax?: number
  /** A server that asks for a longer wait is taken at its word: the error is thrown. */
  readonly rateLimitWaitMaxMs?: number
  /** Aborts every request. */
  readonly signal?: AbortSignal
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  /** Query parameters beside those of the endpoint, such as `user_id` of an application service. */
  readonly query?: Readonly<Record<string, string>>
}

/** What a call resolves to: the typed JSON, or the whole response where the endpoint answers with bytes. */
export type AnswerOf<D extends EndpointDefinition> = D['bytesResponse'] extends true ? Response : ResponseOf<D>

/** The arguments of a call; the input may be left out where nothing in it is required. */
export type CallArguments<D extends EndpointDefinition> =
  Record<never, never> extends InputOf<D>
    ? [input?: InputOf<D>, options?: CallOptions]
    : [input: InputOf<D>, options?: CallOptions]

const connectionsMaxDefault = 8
const rateLimitRetriesMaxDefault = 5
const rateLimitWaitMaxMsDefault = 60_000
const rateLimitWaitMsDefault = 1000

interface Outgoing {
  readonly definition: EndpointDefinition
  readonly input: RequestInput
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal | undefined
}

/** A connection to the server at a base URL such as `https://matrix.example.org`. */
export class Connection {
  readonly #baseUrl: string
  readonly #options: ConnectionOptions
  readonly #slots: Slots
  readonly #tokens: TokenKeeper

  constructor(baseUrl: string, options: ConnectionOptions = {}) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#options = options
    this.#slots = new Slots(options.connectionsMax ?? connectionsMaxDefault)
    this.#tokens = new TokenKeeper(initialTokens(options), (token) => this.#refresh(token), options.onTokens)
  }

  /** The access token in use, renewed or not. */
  get accessToken(): string | undefined {
    return this.#tokens.accessToken
  }

  /**
   * Calls an endpoint. Throws `MatrixError` for every refusal and for servers that cannot be reached
   * (`M_CONNECTION_FAILED`), and the signal's reason when it is aborted.
   */
  async call<const D extends EndpointDefinition>(
    definition: D,
    ...[input, options]: CallArguments<D>
  ): Promise<AnswerOf<D>> {
    const { headers = {}, query = {}, signal } = options ?? {}
    const answer = await this.#sendPatiently({
      definition,
      input: splitInput(definition, (input ?? {}) as Readonly<Record<string, unknown>>, query),
      headers,
      signal: anySignal(this.#options.signal, signal),
    })
    return (definition.bytesResponse ? answer.response : jsonOf(answer)) as AnswerOf<D>
  }

  async #sendPatiently(outgoing: Outgoing): Promise<Answer> {
    const retriesMax = this.#options.rateLimitRetriesMax ?? rateLimitRetriesMaxDefault
    const waitMaxMs = this.#options.rateLimitWaitMaxMs ?? rateLimitWaitMaxMsDefault
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#sendAuthorized(outgoing)
      if (answer.response.ok) return answer
      const refusal = refusalOf(answer)
      const waitMs = retryAfterMs(refusal, Date.now()) ?? rateLimitWaitMsDefault * 2 ** attempt
      const isOver = attempt >= retriesMax || waitMs > waitMaxMs || outgoing.input.bytes instanceof ReadableStream
      if (refusal.status !== 429 || isOver) throw refusal
      await pause(waitMs, outgoing.signal)
    }
  }

  /** Sends with the current token; once more when that one has been refused and another can be had. */
  async #sendAuthorized(outgoing: Outgoing): Promise<Answer> {
    const token = outgoing.definition.auth === 'none' ? undefined : this.#tokens.accessToken
    const answer = await this.#send(outgoing, token)
    if (answer.response.status !== 401 || token === undefined) return answer
    const isUnknown = refusalOf(answer).errcode === 'M_UNKNOWN_TOKEN'
    const renewed = isUnknown ? await this.#tokens.renewed(token) : undefined
    return renewed === undefined ? answer : this.#send(outgoing, renewed)
  }

  /** One request and its answer, which fill a slot together. */
  async #send(outgoing: Outgoing, token: string | undefined): Promise<Answer> {
    const { definition, input, headers, signal } = outgoing
    const request = {
      method: definition.method,
      headers: { ...contentHeaders(definition, input), ...(await this.#authorization(outgoing, token)), ...headers },
      ...bodyInit(definition, input),
      ...(signal ? { signal } : {}),
    }
    const fetch = this.#options.fetch ?? globalThis.fetch
    const exchange = async (): Promise<Answer> =>
      readAnswer(await fetch(this.#baseUrl + input.uri, request), definition.bytesResponse === true)
    return this.#slots.run(exchange, signal).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason
      throw new MatrixError('M_CONNECTION_FAILED', `${this.#baseUrl} cannot be reached`, { cause })
    })
  }

  async #authorization(
    { definition: { auth, method }, input: { uri, body } }: Outgoing,
    token: string | undefined,
  ): Promise<Readonly<Record<string, string>>> {
    if (auth === 'X-Matrix' && this.#options.signRequest) {
      const content = body === undefined ? {} : { content: body }
      return { authorization: await this.#options.signRequest({ method, uri, ...content }) }
    }
    return token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  async #refresh(refreshToken: string): Promise<Tokens> {
    const fresh = await this.call(refresh, { refresh_token: refreshToken })
    return {
      accessToken: fresh.access_token,
      ...(fresh.refresh_token === undefined ? {} : { refreshToken: fresh.refresh_token }),
    }
  }
}

const initialTokens = ({ accessToken, refreshToken }: ConnectionOptions): Tokens | undefined =>
  accessToken === undefined ? undefined : { accessToken, ...(refreshToken === undefined ? {} : { refreshToken }) }

const anySignal = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined => {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length > 1 ? AbortSignal.any(given) : given[0]
}

const contentHeaders = (
  { formBody }: EndpointDefinition,
  { body, bytes, contentType }: RequestInput,
): Readonly<Record<string, string>> => {
  if (bytes !== undefined) return { 'content-type': contentType ?? 'application/octet-stream' }
  if (body === undefined) return {}
  return { 'content-type': formBody ? 'application/x-www-form-urlencoded' : 'application/json' }
}

const bodyInit = ({ formBody }: EndpointDefinition, { body, bytes }: RequestInput): RequestInit => {
  if (bytes instanceof ReadableStream) return { body: bytes, duplex: 'half' } as RequestInit
  if (bytes !== undefined) return { body: bytes }
  if (body === undefined) return {}
  return { body: formBody ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body) }
}
