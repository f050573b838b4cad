// What a caller of the typed client gives: path parameters, query and body of an endpoint in one flat object.
import { IsObject, IsUnion } from 'typebox'
import type { Static, TObject, TSchema, TUnion } from 'typebox'
import type { EndpointDefinition, PathOf } from '../endpoint.ts'
import type { Plain } from '../identifiers.ts'
import { writeQuery } from '../query.ts'

type IsOpen<Schema> = Schema extends TObject<infer Properties> ? (keyof Properties extends never ? true : false) : true

type QueryInput<Query> = Query extends TObject
  ? IsOpen<Query> extends true
    ? { readonly query?: Readonly<Record<string, string>> }
    : Plain<Static<Query>>
  : unknown

type BodyInput<Body> = Body extends TUnion
  ? Plain<Static<Body>>
  : Body extends TSchema
    ? IsOpen<Body> extends false
      ? Plain<Static<Body>>
      : { readonly body?: Plain<Static<Body>> }
    : unknown

/** The bytes of an upload. A stream can be sent once, so it is never retried. */
export interface BytesInput {
  readonly bytes: Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array> | string
  readonly contentType?: string
}

/**
 * The input of an endpoint: its path parameters, query parameters and body fields side by side. A body of free form
 * (event content, account data) is given whole as `body`, free query parameters as `query`, uploads as `bytes`.
 */
export type InputOf<D extends EndpointDefinition> = Plain<PathOf<D>> &
  QueryInput<D['query']> &
  BodyInput<D['body']> &
  (D['bytesBody'] extends true ? BytesInput : unknown)

/** An input taken apart again. */
export interface RequestInput {
  /** Path and query, percent-encoded. */
  readonly uri: string
  /** The JSON value or form fields of the body; undefined when there is none. */
  readonly body: unknown
  readonly bytes: BytesInput['bytes'] | undefined
  readonly contentType: string | undefined
}

type Values = Readonly<Record<string, unknown>>

const propertyNamesOf = (schema: TSchema | undefined): readonly string[] => {
  if (schema === undefined) return []
  if (IsUnion(schema)) return schema.anyOf.flatMap(propertyNamesOf)
  return IsObject(schema) ? Object.keys(schema.properties) : []
}

/** Takes a flat input apart as the definition asks. Throws `TypeError` when a path parameter is missing. */
export const splitInput = (definition: EndpointDefinition, input: Values, extraQuery: Values = {}): RequestInput => {
  const pathNames: string[] = []
  const path = definition.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    pathNames.push(name)
    if (typeof input[name] !== 'string') throw new TypeError(`${name} of ${definition.path} must be a string`)
    return encodeURIComponent(input[name])
  })
  const queryNames = propertyNamesOf(definition.query)
  const freeQuery = definition.query && queryNames.length === 0 ? (input['query'] as Values | undefined) : undefined
  const query = writeQuery({ ...pick(input, queryNames), ...freeQuery, ...extraQuery })
  return {
    uri: query === '' ? path : `${path}?${query}`,
    body: bodyOf(definition, input, new Set([...pathNames, ...queryNames])),
    bytes: definition.bytesBody ? (input['bytes'] as BytesInput['bytes'] | undefined) : undefined,
    contentType: definition.bytesBody ? (input['contentType'] as string | undefined) : undefined,
  }
}

const pick = (input: Values, names: readonly string[]): Values =>
  Object.fromEntries(names.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]))

/** Body fields are those no path or query parameter is called by, and those the schema names; others may be extensions. */
const bodyOf = ({ body, bytesBody }: EndpointDefinition, input: Values, taken: ReadonlySet<string>): unknown => {
  if (!body || bytesBody) return undefined
  const names = new Set(propertyNamesOf(body))
  if (names.size === 0) return input['body'] ?? {}
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.has(name) || !taken.has(name)))
}
