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
const headerCharactersMax = 4096

/**
 * Reads the header's value: names in any case and order, values quoted or bare (colons allowed). Undefined when it is no
 * X-Matrix header, lacks a parameter other than `destination`, or has one twice.
 */
export const parseXMatrix = (header: string): XMatrix | undefined => {
  const scheme = /^X-Matrix\s+/i.exec(header)
  if (!scheme || header.length > headerCharactersMax) return undefined
  const parameters = readParameters(header.slice(scheme[0].length).trimEnd())
  const [origin, destination, key, sig] = ['origin', 'destination', 'key', 'sig'].map((name) => parameters?.get(name))
  if (origin === undefined || !isServerName(origin) || !key || !sig) return undefined
  if (destination !== undefined && !isServerName(destination)) return undefined
  return { origin, destination, key, sig }
}

const readParameters = (text: string): ReadonlyMap<string, string> | undefined => {
  const parameters = new Map<string, string>()
  parameterPattern.lastIndex = 0
  while (parameterPattern.lastIndex < text.length) {
    const found = parameterPattern.exec(text)
    if (!found) return undefined
    const [, name = '', quoted, bare = ''] = found
    if (parameters.has(name.toLowerCase())) return undefined
    parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'))
  }
  return parameters
}
