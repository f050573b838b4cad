// The X-Matrix scheme: how servers sign their requests to each other. Only the header's text: signatures are made and
// checked elsewhere. https://spec.matrix.org/v1.19/server-server-api/#request-authentication
import { isServerName } from './identifiers.ts'
import type { Plain, ServerName } from './identifiers.ts'

/** The parameters of an `Authorization: X-Matrix` header. Old servers leave `destination` out. */
export interface XMatrix {
  readonly origin: ServerName
  readonly destination: ServerName | undefined
  readonly key: string
  readonly sig: string
}

/** A request as its sender signs it: `uri` is path and query from `/_matrix` on, `content` the parsed body if any. */
export interface SignedRequest {
  readonly method: string
  readonly uri: string
  readonly content?: unknown
}

/** Writes the header's value with all parameters quoted. */
export const formatXMatrix = ({ origin, destination, key, sig }: Plain<XMatrix>): string => {
  const parameters = { origin, destination, key, sig }
  const written = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return `X-Matrix ${written.map(([name, value]) => `${name}="${value?.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}`
}

const parameterPattern = /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))\s*(?:,|$)/y
const schemePattern = /\s*X-Matrix\s+(?!\s*=)/iy
const headerCharactersMax = 4096
const headersMax = 5

/**
 * Reads the header's value: names in any case and order, values quoted or bare (colons allowed). Undefined when it is no
 * X-Matrix header, lacks a parameter other than `destination`, or has one twice.
 */
export const parseXMatrix = (header: string): XMatrix | undefined => {
  const all = header.length > headerCharactersMax ? undefined : parseXMatrixAll(header)
  return all?.length === 1 ? all[0] : undefined
}

/**
 * The same for a request with a header for each of its sender's keys, joined by commas as HTTP allows. Undefined unless each
 * is one, and they are at most five.
 */
export const parseXMatrixAll = (headers: string): readonly XMatrix[] | undefined => {
  const text = headers.trimEnd()
  const found: XMatrix[] = []
  for (let at = 0; at < text.length;) {
    const start = endOf(schemePattern, text, at)
    const read = start === undefined || found.length === headersMax ? undefined : readParameters(text, start)
    const header = read && checked(read.parameters)
    if (!header) return undefined
    found.push(header)
    at = read.end
  }
  return found.length === 0 ? undefined : found
}

const endOf = (pattern: RegExp, text: string, at: number): number | undefined => {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

const checked = (parameters: ReadonlyMap<string, string>): XMatrix | undefined => {
  const [origin, destination, key, sig] = ['origin', 'destination', 'key', 'sig'].map((name) => parameters.get(name))
  if (origin === undefined || !isServerName(origin) || !key || !sig) return undefined
  if (destination !== undefined && !isServerName(destination)) return undefined
  return { origin, destination, key, sig }
}

interface Parameters {
  readonly parameters: ReadonlyMap<string, string>
  /** Where the next header begins, or the text ends. */
  readonly end: number
}

const readParameters = (text: string, start: number): Parameters | undefined => {
  const parameters = new Map<string, string>()
  let end = start
  while (end < text.length && (end === start || endOf(schemePattern, text, end) === undefined)) {
    parameterPattern.lastIndex = end
    const found = parameterPattern.exec(text)
    if (!found) return undefined
    const [, name = '', quoted, bare = ''] = found
    if (parameters.has(name.toLowerCase())) return undefined
    parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'))
    end = parameterPattern.lastIndex
  }
  return { parameters, end }
}
