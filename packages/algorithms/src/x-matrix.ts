// Signed requests between servers: the JSON that is signed, and its signature in the Authorization header.
// https://spec.matrix.org/v1.19/server-server-api/#request-authentication
import { type XMatrix, formatXMatrix } from '@myelin/protocol/x-matrix'
import { CanonicalJsonError, canonicalJson } from './canonical-json.ts'
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
  /** The body's text, one JSON value: what is signed if it is canonical, as servers send it. */
  readonly contentText?: string | undefined
}

/**
 * The text whose signature authenticates the request, `contentText` taken for canonical where it is given. Throws
 * CanonicalJsonError when the body has no canonical form.
 */
export const requestText = (request: FederationRequest): string =>
  textWith(request.contentText ?? canonicalContent(request), request)

const canonicalContent = ({ content }: FederationRequest): string | undefined =>
  content === undefined ? undefined : canonicalJson(content, 'lenient')

const textWith = (content: string | undefined, request: FederationRequest): string => {
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

/**
 * Whether the header signs the request; the caller has seen to it that origin, destination and key are the right ones. The
 * body's text is tried as it came, which keeps numbers that old rooms may hold and JavaScript would write otherwise; then
 * the canonical JSON of the body parsed.
 */
export const verifyXMatrix = (
  request: FederationRequest,
  { sig }: Pick<XMatrix, 'sig'>,
  publicKey: Uint8Array,
): boolean => {
  const { content, contentText } = request
  if (contentText !== undefined && verifyText(textWith(contentText, request), sig, publicKey)) return true
  if (content === undefined)
    return contentText === undefined && verifyText(textWith(undefined, request), sig, publicKey)
  const canonical = canonicalOrNone(request)
  return (
    canonical !== undefined && canonical !== contentText && verifyText(textWith(canonical, request), sig, publicKey)
  )
}

const canonicalOrNone = (request: FederationRequest): string | undefined => {
  try {
    return canonicalContent(request)
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined // nobody can have signed what has no canonical form
    throw error
  }
}
