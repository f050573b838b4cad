// Turns the parts of a request into what its endpoint's definition promises: typed path, query and body.
import type { TSchema } from 'typebox'
import type { BodyOf, EndpointDefinition, PathOf, QueryOf } from './endpoint.ts'
import { MatrixError } from './errors.ts'
import { parseJsonText } from './json-text.ts'
import { readQuery } from './query.ts'
import { checkOf } from './schema.ts'

/** A request as it came, once it has been routed. */
export interface RequestParts {
  /** Percent-decoded path parameters, as the router gives them. */
  readonly path: Readonly<Record<string, string>>
  /** Everything after `?`, or empty. */
  readonly query: string
  /** The body as text; undefined when the endpoint has no JSON body. */
  readonly bodyText: string | undefined
  /** The body parsed, where that was done otherwise. */
  readonly bodyValue?: unknown
}

export interface ParsedRequest<D extends EndpointDefinition> {
  readonly path: PathOf<D>
  readonly query: QueryOf<D>
  readonly body: BodyOf<D>
}

const noQuery = Object.freeze({})

/**
 * Parses a request. Throws `M_INVALID_PARAM` and `M_MISSING_PARAM` for path and query, `M_NOT_JSON` and `M_BAD_JSON`
 * for the body. Parts the definition does not have cost nothing; fields it does not know are kept.
 */
export const parseRequest = <D extends EndpointDefinition>(definition: D, parts: RequestParts): ParsedRequest<D> => {
  if (definition.pathParameters) checkPath(definition.pathParameters, parts.path)
  const query = definition.query ? parseQuery(definition, parts.query) : noQuery
  const body = definition.bytesBody ? undefined : parseBody(definition, parts)
  return { path: parts.path as PathOf<D>, query: query as QueryOf<D>, body: body as BodyOf<D> }
}

const checkPath = (schemas: Readonly<Record<string, TSchema>>, path: Readonly<Record<string, string>>): void => {
  for (const name in schemas) {
    const schema = schemas[name]
    if (!schema || checkOf(schema).test(path[name])) continue
    throw new MatrixError('M_INVALID_PARAM', `${name} in the path ${checkOf(schema).problem(path[name]).message}`)
  }
}

const parseQuery = ({ query: schema }: EndpointDefinition, text: string): unknown => {
  if (!schema) return noQuery
  const query = readQuery(schema, text)
  const { test, problem } = checkOf(schema)
  if (test(query)) return query
  const { path, message } = problem(query)
  const errcode = message === 'is missing' ? 'M_MISSING_PARAM' : 'M_INVALID_PARAM'
  throw new MatrixError(errcode, `${path.slice(2)} in the query ${message}`)
}

const parseBody = (definition: EndpointDefinition, { bodyText = '', bodyValue }: RequestParts): unknown => {
  const { body: schema } = definition
  if (!schema) return undefined
  const { test, problem } = checkOf(schema)
  const body = bodyValue ?? readBody(definition, bodyText)
  if (test(body)) return body
  const { path, message } = problem(body)
  throw new MatrixError('M_BAD_JSON', `${path} ${message}`)
}

const readBody = ({ body: schema, formBody, method }: EndpointDefinition, text: string): unknown => {
  if (!schema) return undefined
  if (formBody) return readQuery(schema, text)
  return text === '' ? absentBody(method === 'PUT' ? never : checkOf(schema).test) : parseJsonText(text, schema)
}

const never = () => false

/** An absent body counts as `{}` where that would do: many clients send none to `/join` or `DELETE /devices`. */
const absentBody = (test: (value: unknown) => boolean): unknown => {
  const empty = {}
  if (test(empty)) return empty
  throw new MatrixError('M_NOT_JSON', 'The body is empty; this needs a JSON object')
}
