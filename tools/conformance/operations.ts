// Compares every operation of the five APIs with its definition: method, path, parameters, auth, flags, body, responses.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { AuthResponse } from '../../packages/protocol/src/client-server/definitions/auth_response.ts'
import { ErrorBody } from '../../packages/protocol/src/client-server/definitions/errors.ts'
import type { EndpointDefinition } from '../../packages/protocol/src/endpoint.ts'
import type { Report } from './report.ts'
import { compareSchemas, own, tryExample } from './schemas.ts'
import { examplesOf } from './shape.ts'
import { apis, child, isMap, items, members, operations } from './specification.ts'
import type { Located, Operation } from './specification.ts'

const sources = join(import.meta.dirname, '../../packages/protocol/src')

const isEndpoint = (value: unknown): value is EndpointDefinition =>
  isMap(value) && 'method' in value && 'path' in value && 'auth' in value && 'response' in value

/** The definitions of a file, by export name; empty when there is no such file. */
const definitionsOf = async (api: string, group: string): Promise<ReadonlyMap<string, EndpointDefinition>> => {
  const file = join(sources, api, `${group}.ts`)
  if (!existsSync(file)) return new Map()
  const module = (await import(file)) as Readonly<Record<string, unknown>>
  return new Map(Object.entries(module).flatMap(([name, value]) => (isEndpoint(value) ? [[name, value]] : [])))
}

export interface Run {
  readonly report: Report
  readonly specification: string
  readonly tried: Set<unknown>
}

/** Compares all operations of all APIs, and looks for definitions beside them. */
export const compareOperations = async (run: Run): Promise<void> => {
  for (const api of apis) {
    const all = operations(run.specification, api)
    for (const operation of all) {
      const subject = `${api} ${operation.operationId}`
      const definition = (await definitionsOf(api, operation.group)).get(operation.operationId)
      if (definition) compareOperation(operation, definition, { ...run, subject })
      else run.report.note(subject, `has no definition in ${api}/${operation.group}.ts`)
    }
    for (const group of new Set(all.map((operation) => operation.group))) await findStrangers({ api, group }, all, run)
  }
}

/** Definitions in a file of the specification's name that are no operation of that file. */
const findStrangers = async (
  { api, group }: Pick<Operation, 'api' | 'group'>,
  all: readonly Operation[],
  { report }: Run,
): Promise<void> => {
  const known = new Set(all.filter((operation) => operation.group === group).map(({ operationId }) => operationId))
  for (const name of (await definitionsOf(api, group)).keys())
    report.note(`${api} ${name}`, known.has(name) ? undefined : `is no operation of ${group}.yaml`)
}

interface Comparison extends Run {
  readonly subject: string
}

const compareOperation = (operation: Operation, definition: EndpointDefinition, comparison: Comparison): void => {
  const same = (what: string, theirs: unknown, ours: unknown): void =>
    comparison.report.note(
      comparison.subject,
      Object.is(theirs, ours) ? undefined : `${what} is ${String(ours)} here, ${String(theirs)} there`,
    )
  same('method', operation.method, definition.method)
  same('path', operation.path, definition.path)
  same('auth', authOf(operation), definition.auth)
  same('rate limit', hasResponse(operation, '429'), definition.rateLimited === true)
  same('deprecation', child(operation.operation, 'deprecated')?.value === true, definition.deprecated !== undefined)
  const since = child(operation.operation, 'x-addedInMatrixVersion')?.value
  if (since !== undefined) same('since', String(since), definition.since)
  comparePathParameters(operation, definition, comparison)
  compareQuery(operation, definition, comparison)
  compareHeaders(namesIn(operation, 'header'), definition.requestHeaders, { ...comparison, kind: 'request' })
  compareHeaders(responseHeadersOf(operation), definition.responseHeaders, { ...comparison, kind: 'response' })
  compareBody(operation, definition, comparison)
  compareResponses(operation, definition, comparison)
}

/** The headers of all answers together; those of redirects only are required of none of them. */
const responseHeadersOf = ({ operation }: Operation): ReadonlyMap<string, Located> =>
  new Map(
    members(child(operation, 'responses')).flatMap(([, response]) =>
      members(child(response, 'headers')).map(([name, header]) => [name, header] as const),
    ),
  )

const compareHeaders = (
  theirs: ReadonlyMap<string, Located>,
  ours: EndpointDefinition['requestHeaders'],
  { kind, ...comparison }: Comparison & { readonly kind: string },
): void => {
  const { report, subject } = comparison
  for (const name of Object.keys(ours?.properties ?? {}))
    report.note(subject, theirs.has(name) ? undefined : `${kind} header ${name} is not in the specification`)
  for (const [name, header] of theirs) {
    const schema = ours?.properties[name]
    if (!schema) report.note(subject, `${kind} header ${name} is missing`)
    else compareParameter(header, own(schema), { ...comparison, subject: `${subject} ${kind} header ${name}` })
    const isRequired = child(header, 'required')?.value === true
    if (schema && isRequired && !ours?.required?.includes(name))
      report.note(subject, `${kind} header ${name} is required there`)
  }
}

const hasResponse = ({ operation }: Operation, status: string): boolean => {
  const responses = child(operation, 'responses')
  return responses !== undefined && child(responses, status) !== undefined
}

/** Names of the security schemes; the identity service calls its own tokens as the client-server API does. */
const authSchemes: Readonly<Record<string, string>> = {
  'identity accessTokenBearer': 'is-token',
  accessTokenBearer: 'user',
  appserviceAccessTokenBearer: 'appservice',
  signedRequest: 'X-Matrix',
  homeserverAccessToken: 'hs_token',
}

/** The auth kind an operation's `security` asks for. An empty alternative makes it optional. */
const authOf = ({ api, operation }: Operation): string => {
  const schemes = items(child(operation, 'security')).flatMap(({ value }) => {
    const names = isMap(value) ? Object.keys(value) : []
    return names.length > 0 ? names : ['']
  })
  const scheme = schemes.find((name) => name !== '')
  if (scheme === undefined) return 'none'
  const auth = authSchemes[`${api} ${scheme}`] ?? authSchemes[scheme] ?? scheme
  return schemes.includes('') ? `${auth}?` : auth
}

const namesIn = (operation: Operation, place: string): ReadonlyMap<string, Located> =>
  new Map(
    operation.parameters
      .filter((parameter) => child(parameter, 'in')?.value === place)
      .map((parameter) => [String(child(parameter, 'name')?.value), parameter]),
  )

const comparePathParameters = (operation: Operation, definition: EndpointDefinition, comparison: Comparison): void => {
  const declared = definition.pathParameters ?? {}
  const inPath = new Set([...definition.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
  const theirs = namesIn(operation, 'path')
  for (const name of Object.keys(declared))
    if (!inPath.has(name)) comparison.report.note(comparison.subject, `path parameter ${name} is not in the path`)
  for (const [name, parameter] of theirs) {
    if (!inPath.has(name)) comparison.report.note(comparison.subject, `path parameter ${name} is missing`)
    compareParameter(parameter, own(declared[name] ?? Type.String()), {
      ...comparison,
      subject: `${comparison.subject} path ${name}`,
    })
  }
}

const compareParameter = (parameter: Located, ours: Located, comparison: Comparison): void => {
  for (const example of examplesOf(parameter)) tryExample(example, ours, comparison)
  const schema = child(parameter, 'schema')
  if (schema) compareSchemas(schema, ours, comparison)
}

const compareQuery = (operation: Operation, definition: EndpointDefinition, comparison: Comparison): void => {
  const { report, subject } = comparison
  const theirs = namesIn(operation, 'query')
  const ours = definition.query?.properties ?? {}
  const required = new Set(definition.query?.required ?? [])
  for (const name of Object.keys(ours))
    report.note(subject, theirs.has(name) ? undefined : `query parameter ${name} is not in the specification`)
  for (const [name, parameter] of theirs) {
    const schema = ours[name]
    if (!schema) report.note(subject, `query parameter ${name} is missing`)
    else compareParameter(parameter, own(schema), { ...comparison, subject: `${subject} query ${name}` })
    const isRequired = child(parameter, 'required')?.value === true
    if (schema && isRequired !== required.has(name))
      report.note(subject, `query parameter ${name} is ${isRequired ? 'required' : 'optional'} there`)
  }
}

const jsonOf = (located: Located | undefined): Located | undefined => {
  const content = located && child(located, 'content')
  return content && child(content, 'application/json')
}

const compareBody = (operation: Operation, definition: EndpointDefinition, comparison: Comparison): void => {
  const body = child(operation.operation, 'requestBody')
  const json = jsonOf(body)
  const subject = `${comparison.subject} body`
  const isBytes = body !== undefined && json === undefined
  if (isBytes !== (definition.bytesBody === true)) comparison.report.note(subject, 'is bytes on one side only')
  if (!json && definition.body) comparison.report.note(subject, 'is not in the specification')
  if (!json) return
  if (!definition.body) return comparison.report.note(subject, 'is missing')
  compareMedia(json, definition.body, { ...comparison, subject })
}

const compareMedia = (media: Located, schema: unknown, comparison: Comparison): void => {
  const ours: Located = { value: schema, file: '' }
  for (const example of examplesOf(media)) tryExample(example, ours, comparison)
  const theirs = child(media, 'schema')
  if (theirs) compareSchemas(theirs, ours, comparison)
}

const compareResponses = (operation: Operation, definition: EndpointDefinition, comparison: Comparison): void => {
  for (const [status, response] of members(child(operation.operation, 'responses'))) {
    const json = jsonOf(response)
    const subject = `${comparison.subject} ${status}`
    if (status === '200' && (json === undefined) !== (definition.bytesResponse === true))
      comparison.report.note(subject, 'is bytes on one side only')
    if (json) compareMedia(json, responseSchema(status, json, definition), { ...comparison, subject })
  }
}

/** Our schema for the answer of a status: the definition's, that of user-interactive authentication, that of errors. */
const responseSchema = (status: string, json: Located, definition: EndpointDefinition): unknown => {
  if (status.startsWith('2')) return definition.response
  const reference = isMap(json.value) && isMap(json.value['schema']) ? String(json.value['schema']['$ref']) : ''
  return reference.includes('auth_response') ? AuthResponse : ErrorBody
}
