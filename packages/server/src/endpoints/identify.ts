// Who is calling: a user by the access token, another server by its signature, the operator by the socket.
import { MatrixError } from '@myelin/protocol/errors'
import type { Requester } from '../accounts/accounts.ts'
import type { HttpRequest } from '../http/message.ts'
import { isOpenToLocked, requireStanding } from './account-standing.ts'
import type { PeerServer, Services } from './handlers.ts'
import type { Route } from './routes.ts'

export interface IdentifyOptions {
  readonly services: Pick<Services, 'accounts' | 'config' | 'federation'>
  /** Who calls over the socket in the data folder. */
  readonly operator: Requester
}

/** A request whose route has been found. */
export interface RoutedRequest {
  readonly route: Route
  readonly request: HttpRequest
  /** The JSON body, if the endpoint has one. */
  readonly body: () => Promise<string | undefined>
}

export type Identify = (routed: RoutedRequest) => Promise<Requester | PeerServer | undefined>

/**
 * Throws `M_MISSING_TOKEN` or `M_UNKNOWN_TOKEN` where the definition asks for a user and there is none, and
 * `M_UNAUTHORIZED` where it asks for a server and none has signed the request.
 */
export function createIdentify({ services, operator }: IdentifyOptions): Identify {
  const { accounts, config, federation } = services
  return async (routed) => {
    if (routed.route.definition.auth === 'X-Matrix') return identifyPeer(routed)
    const requester = await identifyUser(routed)
    if (requester) requireStanding(routed.route, requester)
    return requester
  }

  function identifyPeer({ request, body }: RoutedRequest): Promise<PeerServer> {
    return federation.authenticatePeer({
      method: request.method,
      uri: request.query === '' ? request.path : `${request.path}?${request.query}`,
      authorization: request.headers['authorization'],
      bodyText: async () => (await body()) ?? '',
    })
  }

  async function identifyUser({ route, request }: RoutedRequest): Promise<Requester | undefined> {
    const { auth } = route.definition
    if (auth === 'none') return undefined
    if (request.isOperator) return operator
    const token = bearerToken(request.headers['authorization']) ?? queryToken(request.query)
    if (token === undefined) {
      if (auth === 'user?') return undefined
      throw new MatrixError('M_MISSING_TOKEN', 'This needs an access token: Authorization: Bearer …')
    }
    const origin = { address: request.address, userAgent: request.headers['user-agent'] }
    return accounts.authenticate(token, origin, { lockedMayCall: isOpenToLocked(route) })
  }

  /** Tokens in the query string were part of the specification up to v1.10. https://spec.matrix.org/v1.11/changelog/ */
  function queryToken(query: string): string | undefined {
    if (config.legacyQueryToken === 'off' || query === '') return undefined
    return new URLSearchParams(query).get('access_token') ?? undefined
  }
}

const bearerToken = (header: string | undefined) => /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
