// A server from definitions and handlers alone: `Request` in, `Response` out, wherever those exist.
import { corsHeaders } from './cors.ts'
import type { Auth, EndpointDefinition } from './endpoint.ts'
import { MatrixError } from './errors.ts'
import { JsonText, Raw } from './handlers.ts'
import type { GroupHandlers, RawResponse } from './handlers.ts'
import { parseJsonText } from './json-text.ts'
import { parseRequest } from './request.ts'
import { createRouter } from './router.ts'
import { parseXMatrix } from './x-matrix.ts'
import type { SignedRequest, XMatrix } from './x-matrix.ts'

/** Definitions by the name of their group: modules, or records of endpoints. */
export type Groups = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** One set of handlers per group; a missing group or handler does not compile. */
export type HandlersOf<G extends Groups, Services, User, Server> = {
  readonly [Name in keyof G]: GroupHandlers<G[Name], Services, User, Server>
}

export interface FetchHandlerOptions<Services, User, Server> {
  readonly services: Services
  /** Whose bearer token it is; throws `M_UNKNOWN_TOKEN`. Asked for every kind of `auth` but `none` and `X-Matrix`. */
  readonly user: (token: string, auth: Auth) => Promise<User>
  /** The server that signed the request; throws `M_UNAUTHORIZED` when the signature is wrong or not for this server. */
  readonly server: (header: XMatrix, request: SignedRequest) => Promise<Server>
  /** Told of failures that are no `MatrixError`; the caller gets `M_UNKNOWN` without details. */
  readonly onFailure?: (failure: unknown, request: Request) => void
  /** The caller's address, where the platform knows it. */
  readonly address?: (request: Request) => string
  /** Longest JSON body accepted, in bytes. */
  readonly bodyBytesMax?: number
}

type AnyHandler = (services: unknown, request: unknown) => Promise<unknown>

interface Entry {
  readonly definition: EndpointDefinition
  readonly handler: AnyHandler
}

const bodyBytesMaxDefault = 1024 * 1024

/** Serves groups of endpoints: routing, authentication, typed parse, one handler, CORS, Matrix errors. */
export const createFetchHandler = <const G extends Groups, Services, User, Server>(
  groups: G,
  options: FetchHandlerOptions<Services, User, Server>,
  handlers: HandlersOf<G, Services, User, Server>,
): ((request: Request) => Promise<Response>) => {
  const router = createRouter(entriesOf(groups, handlers))

  const answer = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    const found = router.match(request.method, pathname)
    if (!found) throw new MatrixError('M_UNRECOGNIZED', 'There is no such endpoint')
    if ('allowed' in found) throw methodNotAllowed(found.allowed)
    const { definition, handler } = found.entry
    const bodyText = await bodyTextOf(definition, request, options.bodyBytesMax ?? bodyBytesMaxDefault)
    const requester = await identify({ definition, request, bodyText, uri: pathname + search, options })
    const parsed = parseRequest(definition, { path: found.parameters, query: search.slice(1), bodyText })
    const result = await handler(options.services, {
      ...parsed,
      requester,
      headers: Object.fromEntries(request.headers),
      address: options.address?.(request) ?? '',
      signal: request.signal,
      bytes: definition.bytesBody ? (request.body ?? undefined) : undefined,
    })
    return respond(result)
  }

  return async (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: corsHeaders })
    try {
      return await answer(request)
    } catch (error) {
      if (error instanceof MatrixError) return refuse(error)
      options.onFailure?.(error, request)
      return refuse(new MatrixError('M_UNKNOWN', 'Internal error'))
    }
  }
}

const isDefinition = (value: unknown): value is EndpointDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'response' in value

const entriesOf = (groups: Groups, handlers: Readonly<Record<string, unknown>>): readonly Entry[] =>
  Object.entries(groups).flatMap(([groupName, group]) =>
    Object.entries(group)
      .filter(([, definition]) => isDefinition(definition))
      .map(([name, definition]) => ({
        definition: definition as EndpointDefinition,
        handler: (handlers[groupName] as Readonly<Record<string, AnyHandler>>)[name] as AnyHandler,
      })),
  )

const methodNotAllowed = (allowed: readonly string[]): MatrixError =>
  new MatrixError('M_UNRECOGNIZED', `This endpoint allows ${allowed.join(', ')}`, {
    status: 405,
    headers: { allow: allowed.join(', ') },
  })

const bodyTextOf = async (
  { body, bytesBody }: EndpointDefinition,
  request: Request,
  bytesMax: number,
): Promise<string | undefined> => {
  if (!body || bytesBody) return undefined
  const tooLarge = new MatrixError('M_TOO_LARGE', `The body may have ${bytesMax} bytes`)
  if (Number(request.headers.get('content-length')) > bytesMax) throw tooLarge
  const bytes = await request.arrayBuffer()
  if (bytes.byteLength > bytesMax) throw tooLarge
  return decodeUtf8(bytes)
}

const decodeUtf8 = (bytes: ArrayBuffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new MatrixError('M_NOT_JSON', 'The body is not UTF-8', { cause })
  }
}

interface Identification<Services, User, Server> {
  readonly definition: EndpointDefinition
  readonly request: Request
  readonly bodyText: string | undefined
  readonly uri: string
  readonly options: FetchHandlerOptions<Services, User, Server>
}

const identify = async <Services, User, Server>({
  definition: { auth },
  request,
  bodyText,
  uri,
  options,
}: Identification<Services, User, Server>): Promise<User | Server | undefined> => {
  if (auth === 'none') return undefined
  const header = request.headers.get('authorization') ?? ''
  if (auth === 'X-Matrix') {
    const signed = parseXMatrix(header)
    if (!signed) throw new MatrixError('M_UNAUTHORIZED', 'This needs a signed request: Authorization: X-Matrix …')
    const content = bodyText ? { content: parseJsonText(bodyText) } : {}
    return options.server(signed, { method: request.method, uri, ...content })
  }
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1]
  if (token !== undefined) return options.user(token, auth)
  if (auth === 'user?') return undefined
  throw new MatrixError('M_MISSING_TOKEN', 'This needs an access token: Authorization: Bearer …')
}

const jsonHeaders = { ...corsHeaders, 'content-type': 'application/json' }

const respond = (result: unknown): Response => {
  if (result instanceof JsonText) return new Response(result.text, { headers: jsonHeaders })
  if (!(result instanceof Raw)) return new Response(JSON.stringify(result), { headers: jsonHeaders })
  const { status, headers, body } = result.response
  return new Response(bodyOf(body), {
    status,
    headers: { ...corsHeaders, ...headers },
  })
}

type ResponseBody = ConstructorParameters<typeof Response>[0]

const bodyOf = (body: RawResponse['body']): ResponseBody => {
  const isIterated = typeof body === 'object' && !(body instanceof Uint8Array) && !(body instanceof ReadableStream)
  return (isIterated ? streamOf(body) : (body ?? null)) as ResponseBody
}

/** Not every platform has `ReadableStream.from`. */
const streamOf = (chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> => {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => void (await iterator.return?.()),
  })
}

const refuse = (error: MatrixError): Response =>
  new Response(JSON.stringify(error), { status: error.status, headers: { ...jsonHeaders, ...error.headers } })
