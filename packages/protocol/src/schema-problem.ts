// What is wrong with a value, for people: one JSON path and one sentence out of a validator's list of errors.
import type { TSchema } from 'typebox'

/** `path` is a JSON path from `$`; `message` completes the sentence that begins with it. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** One error as the schema library reports it: JSON pointers into the schema and the value. */
interface ReportedError {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly params: unknown
  readonly message: string
}

interface ProblemQuestion {
  readonly schema: TSchema
  readonly value: unknown
  readonly errors: readonly ReportedError[]
  /** The problem of a value with one branch of a union. */
  readonly problemOf: (schema: TSchema, value: unknown) => Problem | undefined
}

type Tokens = readonly string[]

/** Picks the first error and words it; errors inside a union are worded by the branch the value was meant for. */
export const describeProblem = ({ schema, value, errors, problemOf }: ProblemQuestion): Problem => {
  const first = errors.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'propertyNames') ?? errors[0]
  if (!first) return { path: '$', message: 'is not valid' }
  const schemaTokens = tokensOf(first.schemaPath.slice(1))
  const unionAt = schemaTokens.indexOf('anyOf')
  if (unionAt < 0 || isPropertyName(schemaTokens, unionAt)) return wordError(first)
  const union = at(schema, schemaTokens.slice(0, unionAt))
  const valueTokens = tokensOf(first.instancePath).slice(0, stepsInto(schemaTokens.slice(0, unionAt)))
  return wordUnion({ union, valueTokens, value: at(value, valueTokens), problemOf })
}

const tokensOf = (pointer: string): Tokens =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))

const namedSteps = new Set(['properties', 'patternProperties', 'prefixItems'])
const plainSteps = new Set(['items', 'additionalProperties'])

const isPropertyName = (tokens: Tokens, index: number): boolean => namedSteps.has(tokens[index - 1] ?? '')

/** How many levels of the value a path into the schema descends. */
const stepsInto = (schemaTokens: Tokens): number => {
  let steps = 0
  for (let i = 0; i < schemaTokens.length; i++) {
    const token = schemaTokens[i] ?? ''
    if (namedSteps.has(token)) i++
    if (namedSteps.has(token) || plainSteps.has(token)) steps++
  }
  return steps
}

const at = (root: unknown, tokens: Tokens): unknown =>
  tokens.reduce<unknown>(
    (value, token) => (isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined),
    root,
  )

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const wordError = ({ keyword, instancePath, params, message }: ReportedError): Problem => {
  const tokens = tokensOf(instancePath)
  const given: Readonly<Record<string, unknown>> = isObject(params) ? params : {}
  if (keyword === 'required' && Array.isArray(given['requiredProperties']))
    return { path: jsonPath([...tokens, String(given['requiredProperties'][0])]), message: 'is missing' }
  if (keyword === 'const')
    return { path: jsonPath(tokens), message: `must be ${JSON.stringify(given['allowedValue'])}` }
  if (keyword === 'enum' && Array.isArray(given['allowedValues']))
    return { path: jsonPath(tokens), message: oneOf(given['allowedValues']) }
  return { path: jsonPath(tokens), message }
}

interface UnionQuestion {
  readonly union: unknown
  readonly valueTokens: Tokens
  readonly value: unknown
  readonly problemOf: ProblemQuestion['problemOf']
}

const wordUnion = ({ union, valueTokens, value, problemOf }: UnionQuestion): Problem => {
  const branches = isObject(union) && Array.isArray(union['anyOf']) ? union['anyOf'].filter(isObject) : []
  const constants = branches.filter((branch) => 'const' in branch).map((branch) => branch['const'])
  if (constants.length === branches.length) return { path: jsonPath(valueTokens), message: oneOf(constants) }
  const meant = branches.filter((branch) => isMeant(branch, value))
  const inner = meant.length === 1 && meant[0] ? problemOf(meant[0], value) : undefined
  return inner
    ? { path: jsonPath(valueTokens) + inner.path.slice(1), message: inner.message }
    : { path: jsonPath(valueTokens), message: 'has none of the forms that are allowed here' }
}

/** A value is meant for a branch of the same JSON type whose constant properties it has. */
const isMeant = (branch: Readonly<Record<string, unknown>>, value: unknown): boolean => {
  if (branch['type'] !== jsonType(value)) return false
  const properties = isObject(branch['properties']) ? Object.entries(branch['properties']) : []
  return properties.every(([name, property]) => {
    if (!isObject(property) || !('const' in property)) return true
    return at(value, [name]) === property['const']
  })
}

const jsonType = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

const oneOf = (values: readonly unknown[]): string => {
  const words = values.slice(0, 12).map((value) => JSON.stringify(value))
  return `must be ${words.length === 1 ? '' : 'one of '}${words.join(', ')}${values.length > 12 ? ', …' : ''}`
}

const keyCharactersMax = 64

/** Writes a path as `$.name[0]["other name"]`; long keys are cut. */
export const jsonPath = (tokens: Tokens): string =>
  tokens.reduce((path, token) => {
    if (/^(?:0|[1-9]\d*)$/.test(token)) return `${path}[${token}]`
    if (/^[A-Za-z_]\w*$/.test(token) && token.length <= keyCharactersMax) return `${path}.${token}`
    return `${path}[${JSON.stringify(token.slice(0, keyCharactersMax))}]`
  }, '$')
