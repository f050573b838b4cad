// Signed requests between servers: the JSON that is signed and the Authorization header that carries the signature.
// https://spec.matrix.org/v1.19/server-server-api/#request-authentication
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

/** What the header says. `destination` is missing from old servers. */
export interface XMatrix {
  readonly origin: string
  readonly destination: string | undefined
  readonly key: string
  readonly sig: string
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
export const verifyXMatrix = (request: FederationRequest, header: XMatrix, publicKey: Uint8Array): boolean =>
  verifyText(requestText(request), header.sig, publicKey)

const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`

/** The header's text, in the form that servers of any age read. */
export const formatXMatrix = ({ origin, destination, key, sig }: XMatrix): string => {
  const to = destination === undefined ? '' : `,destination=${quoted(destination)}`
  return `X-Matrix origin=${quoted(origin)}${to},key=${quoted(key)},sig=${quoted(sig)}`
}

// A name, `=`, and a quoted string or a run of what may stand unquoted. "The recipient should allow colons", and base64.
const parameter = /[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"|([^\s",]+))[ \t]*(,|$)/y

/** Reads a header: names in any case and order, unknown ones ignored. Undefined when it is not a whole X-Matrix header. */
export const parseXMatrix = (header: string): XMatrix | undefined => {
  const scheme = /^X-Matrix +/i.exec(header)
  const found = scheme === null ? undefined : parameters(header, scheme[0].length)
  const origin = found?.get('origin')
  const key = found?.get('key')
  const sig = found?.get('sig')
  if (origin === undefined || key === undefined || sig === undefined) return undefined
  return { origin, destination: found?.get('destination'), key, sig }
}

/** The parameters from `start` on by lower-case name; undefined when malformed or a name comes twice. */
const parameters = (header: string, start: number): ReadonlyMap<string, string> | undefined => {
  const found = new Map<string, string>()
  for (let at = start; at < header.length; at = parameter.lastIndex) {
    parameter.lastIndex = at
    const match = parameter.exec(header)
    if (match === null) return undefined
    const name = (match[1] ?? '').toLowerCase()
    if (found.has(name)) return undefined
    found.set(name, match[3] ?? (match[2] ?? '').replaceAll(/\\([^])/g, '$1'))
  }
  return found
}
