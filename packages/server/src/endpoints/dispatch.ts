// One request from its path to its answer: route, limits, who is calling, typed parse, one handler, response.
import { Slots } from '@myelin/protocol/client/slots'
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import { MatrixError } from '@myelin/protocol/errors'
import { parseRequest } from '@myelin/protocol/request'
import { createRouter } from '@myelin/protocol/router'
import type { Requester } from '../accounts/accounts.ts'
import type { Logger } from '../http/log.ts'
import type { Handle, HttpRequest, HttpResponse } from '../http/message.ts'
import type { Metrics } from '../http/metrics.ts'
import type { RateLimits } from '../http/rate-limits.ts'
import { failure, preflight, success } from '../http/respond.ts'
import type { Environment } from '../environment.ts'
import { longBodyOf, parseLongBody } from '../federation/long-body.ts'
import {
  federationBodyBytesMax,
  longBodyBytesMin,
  veryLongBodiesAtOnceMax,
  veryLongBodyBytesMin,
} from '../federation-limits.ts'
import { requestBodyBytesMax, requestUrlBytesMax } from '../limits.ts'
import type { PeerServer, Services } from './handlers.ts'
import { createIdentify } from './identify.ts'
import { profiles } from './profile.ts'
import { rateClassOf } from './rate-class.ts'
import type { Route } from './routes.ts'

export interface DispatchOptions {
  readonly routes: readonly Route[]
  readonly services: Services
  readonly operator: Requester
  readonly rateLimits: RateLimits
  readonly metrics: Metrics
  readonly log: Logger
}

/** The server's `handle`: never throws; every answer is the spec's, errors included. */
export function createDispatch(options: DispatchOptions): Handle {
  const router = createRouter(options.routes)
  const profile = profiles[options.services.config.profile]
  const identify = createIdentify(options)
  const { environment } = options.services
  const veryLongBodies = new Slots(veryLongBodiesAtOnceMax)
  return async (request) => {
    if (request.method === 'OPTIONS') return preflight
    const started = environment.monotonic()
    let operation = 'unrecognized'
    let response: HttpResponse
    try {
      const { route, path } = match(request)
      operation = route.operation
      response = success(await call(route, path, request))
    } catch (error) {
      response = refused(error, request, options.log)
    }
    options.metrics.request(operation, response.status, (environment.monotonic() - started) / 1000)
    return response
  }

  function match(request: HttpRequest): { route: Route; path: Readonly<Record<string, string>> } {
    if (request.path.length + request.query.length > requestUrlBytesMax)
      throw new MatrixError('M_TOO_LARGE', 'The request line is too long', { status: 414 })
    const found = router.match(request.method, request.path)
    if (found === undefined)
      throw new MatrixError('M_UNRECOGNIZED', `There is nothing at ${request.path.slice(0, 200)}`)
    if ('allowed' in found)
      throw new MatrixError('M_UNRECOGNIZED', `${request.method} is not allowed here`, {
        status: 405,
        headers: { allow: found.allowed.join(', ') },
      })
    return { route: found.entry, path: found.parameters }
  }

  /** Very long bodies are let in a few at a time, so that they cannot fill the memory. */
  function call(route: Route, path: Readonly<Record<string, string>>, request: HttpRequest): Promise<unknown> {
    const run = () => answer(route, path, request)
    return isVeryLong(route, request) ? veryLongBodies.run(run, request.signal) : run()
  }

  async function answer(route: Route, path: Readonly<Record<string, string>>, request: HttpRequest): Promise<unknown> {
    const { definition } = route
    const rateClass = rateClassOf(route)
    const { address } = request
    const body = bodyReader(definition, request)
    const requester = await identify({ route, request, body })
    profile.admit(route, requester)
    if (rateClass !== undefined) options.rateLimits.take(rateClass, nameOf(requester) ?? address)
    const bodyText = await body()
    const bodyValue = await longBody(environment, definition, bodyText)
    const parsed = parseRequest(definition, { path, query: request.query, bodyText, bodyValue })
    if (definition.serverAcl && requester && 'serverName' in requester) {
      const { roomId = '' } = parsed.path as Readonly<Record<string, string>>
      await options.services.rooms.requireAdmitted({ roomId, origin: requester.serverName })
    }
    return route.handler(options.services, {
      ...parsed,
      requester,
      headers: request.headers,
      address,
      get signal() {
        return request.signal
      },
      bytes: definition.bytesBody ? request.stream() : undefined,
    })
  }
}

/** What does not say how long it is counts as very long. */
function isVeryLong({ definition: { auth, body } }: Route, { headers }: HttpRequest): boolean {
  const bytes = Number(headers['content-length'] ?? Infinity)
  return auth === 'X-Matrix' && longBodyOf(body) !== undefined && !(bytes < veryLongBodyBytesMin)
}

/** The body parsed where it may take long. */
async function longBody(environment: Environment, { body, auth }: EndpointDefinition, text = ''): Promise<unknown> {
  const schemas = auth === 'X-Matrix' && text.length >= longBodyBytesMin ? longBodyOf(body) : undefined
  return schemas && parseLongBody(environment, text, schemas)
}

type BodyReader = () => Promise<string | undefined>

/** Reads the JSON body when first asked to, if the endpoint has one. */
function bodyReader({ body, bytesBody, auth }: EndpointDefinition, request: HttpRequest): BodyReader {
  const bytesMax = auth === 'X-Matrix' && longBodyOf(body) ? federationBodyBytesMax : requestBodyBytesMax
  let text: Promise<string | undefined> | undefined
  return () => (text ??= body === undefined || bytesBody ? Promise.resolve(undefined) : request.text(bytesMax))
}

const nameOf = (requester: Requester | PeerServer | undefined): string | undefined =>
  requester && ('userId' in requester ? requester.userId : requester.serverName)

function refused(error: unknown, request: HttpRequest, log: Logger): HttpResponse {
  // What another server, a page or a slow uploader makes of a request (502, 504) is their own affair; that this one stops
  // (503) is said elsewhere.
  const isOurs = !(error instanceof MatrixError) || error.status === 500
  if (isOurs) log.error({ err: error, method: request.method, path: request.path.slice(0, 200) }, 'A request failed')
  return failure(error)
}
