// Who sent a request: the server that signed it, or M_UNAUTHORIZED with the reason.
// https://spec.matrix.org/v1.19/server-server-api/#request-authentication
import { CanonicalJsonError } from '@myelin/algorithms/canonical-json'
import { isKeyValidForRequest } from '@myelin/algorithms/key-validity'
import { verifyXMatrix, type FederationRequest } from '@myelin/algorithms/x-matrix'
import { MatrixError } from '@myelin/protocol/errors'
import type { ServerName } from '@myelin/protocol/identifiers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { parseXMatrixAll, type XMatrix } from '@myelin/protocol/x-matrix'
import type { Environment } from '../environment.ts'
import { longBodyBytesMin } from '../federation-limits.ts'
import type { Keyring } from './keyring.ts'
import { canonicalLongBody } from './long-body.ts'
import type { Reachability } from './reachability.ts'
import { transactionLists } from './transaction.ts'

export interface IncomingRequest {
  readonly method: string
  /** Path and query as they were sent. */
  readonly uri: string
  readonly authorization: string | undefined
  /** The body, empty when there is none. Not read before the key of a server is at hand that may have signed it. */
  readonly bodyText: () => Promise<string>
}

export interface RequestAuthOptions {
  /** This server's own name. */
  readonly serverName: string
  readonly environment: Environment
  readonly keyring: Keyring
  readonly reachability: Reachability
}

export interface RequestAuth {
  /** The server that made the request. Throws M_UNAUTHORIZED, and M_NOT_JSON or M_BAD_JSON for its body. */
  authenticatePeer(request: IncomingRequest): Promise<{ readonly serverName: ServerName }>
}

export function createRequestAuth({ serverName, environment, keyring, reachability }: RequestAuthOptions): RequestAuth {
  return {
    authenticatePeer: async (request) => {
      const headers = parseHeaders(request.authorization, serverName)
      const origin = headers[0].origin
      if (origin === serverName) throw unauthorized('This server does not call itself')
      let problem = ''
      // A key that is known already spares the search for one that is not.
      for (const header of headers.toSorted((a, b) => isKnown(b) - isKnown(a))) {
        const wrong = await problemOf(request, header)
        if (wrong === undefined) {
          reachability.heardFrom(origin)
          return { serverName: origin }
        }
        problem ||= wrong
      }
      throw unauthorized(problem)
    },
  }

  function isKnown({ origin, key }: XMatrix): number {
    return keyring.cached(origin, key) === undefined ? 0 : 1
  }

  /** Why the request is not signed by this header. */
  async function problemOf(request: IncomingRequest, header: XMatrix): Promise<string | undefined> {
    const { origin, key: keyId } = header
    const now = environment.now()
    const key = await keyring.key(origin, keyId, now)
    if (key === undefined) return `The key ${keyId} of ${origin} cannot be found`
    if (!isKeyValidForRequest(key.times, now)) return `The key ${keyId} of ${origin} is no longer valid`
    const signed = { method: request.method, uri: request.uri, origin, destination: serverName }
    const bodyText = await request.bodyText()
    const isRight = await isSigned(environment, signed, { bodyText, header, publicKey: key.publicKey })
    return isRight ? undefined : `The signature of ${origin} by ${keyId} is wrong`
  }
}

/** The headers of one server for this one, at least one. */
function parseHeaders(authorization: string | undefined, serverName: string): readonly [XMatrix, ...XMatrix[]] {
  if (authorization === undefined) throw unauthorized('This needs a signature: Authorization: X-Matrix …')
  const [first, ...rest] = parseXMatrixAll(authorization) ?? []
  if (first === undefined) throw unauthorized('The Authorization header is not one of X-Matrix')
  for (const { origin, destination = serverName } of [first, ...rest]) {
    // "If this property is included, but the value does not match the receiving server's name, …  must deny"
    if (destination !== serverName) throw unauthorized(`This is ${serverName}, not ${destination}`)
    if (origin !== first.origin) throw unauthorized('The Authorization headers are of several servers')
  }
  return [first, ...rest]
}

interface Signature {
  readonly bodyText: string
  readonly header: XMatrix
  readonly publicKey: Uint8Array
}

/** Most servers send their bodies in canonical form; only those of others are parsed for it. */
async function isSigned(
  environment: Environment,
  request: FederationRequest,
  { bodyText, header, publicKey }: Signature,
): Promise<boolean> {
  if (bodyText === '') return verifyXMatrix(request, header, publicKey)
  if (verifyXMatrix({ ...request, contentText: bodyText }, header, publicKey)) return true
  if (bodyText.length >= longBodyBytesMin) {
    const contentText = await canonicalLongBody(environment, bodyText, transactionLists)
    return contentText !== undefined && verifyXMatrix({ ...request, contentText }, header, publicKey)
  }
  const content = parseJsonText(bodyText)
  try {
    return verifyXMatrix({ ...request, content }, header, publicKey)
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false // nobody can have signed what has no canonical form
    throw error
  }
}

const unauthorized = (reason: string): MatrixError => new MatrixError('M_UNAUTHORIZED', reason)
