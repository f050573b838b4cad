// Signed requests between servers: the JSON that is signed, and its signature in the Authorization header.
// https://spec.matrix.org/v1.19/server-server-api/#request-authentication
import { type XMatrix, formatXMatrix } from '@myelin/protocol/x-matrix'
import { canonicalJson } from './canonical-json.ts'
import { type SigningKey, verifyText } from './signatures.ts'

/** A request as it is signed. */
export interface FederationRequest {
  readonly method: string
  /** Path and query, from `/_matrix/` on. */
  readonly uri: string
  /** Server names before delegation. */
  readonly origin: string
  readonly destination: string
  /** The body parsed, when there is one. */
  readonly content?: unknown
  /** The body's canonical JSON, for callers who have it at hand. */
  readonly contentText?: string | undefined
}

/** The text whose signature authenticates the request. Throws CanonicalJsonError when the body has no canonical form. */
export const requestText = (request: FederationRequest): string => {
  const content =
    request.contentText ?? (request.content === undefined ? undefined : canonicalJson(request.content, 'lenient'))
  const destination = JSON.stringify(request.destination)
  const rest = `"method":${JSON.stringify(request.method)},"origin":${JSON.stringify(request.origin)},"uri":${JSON.stringify(request.uri)}}`
  return `{${content === undefined ? '' : `"content":${content},`}"destination":${destination},${rest}`
}

/** The Authorization header of a request, signed. */
export const xMatrixHeader = (request: FederationRequest, key: SigningKey): string =>
  formatXMatrix({
    origin: request.origin,
    destination: request.destination,
    key: key.keyId,
    sig: key.sign(requestText(request)),
  })

/** Whether the header signs the request; the caller has seen to it that origin, destination and key are the right ones. */
export const verifyXMatrix = (
  request: FederationRequest,
  header: Pick<XMatrix, 'sig'>,
  publicKey: Uint8Array,
): boolean => verifyText(requestText(request), header.sig, publicKey)
