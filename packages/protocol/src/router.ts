// Finds the endpoint of a request: method and raw path against the definitions, through a map of the paths without
// parameters and a trie of segments for the others. A match costs the segments of its path.
import type { EndpointDefinition, Method } from './endpoint.ts'
import { MatrixError } from './errors.ts'
import { legacyPaths } from './legacy-paths.ts'

/** Percent-decoded path parameters by name. */
export type PathParameters = Readonly<Record<string, string>>

/** An endpoint and its parameters; or the methods the path allows when it knows others than the one asked for. */
export type RouteMatch<Entry> =
  | { readonly entry: Entry; readonly parameters: PathParameters }
  | { readonly allowed: readonly Method[] }

export interface Router<Entry> {
  /**
   * Looks up a request by its method and its path as it came (still percent-encoded, without query).
   * Undefined when there is no such path. `HEAD` finds `GET`. Throws `M_INVALID_PARAM` for malformed percent-encoding.
   */
  readonly match: (method: string, path: string) => RouteMatch<Entry> | undefined
}

interface Target<Entry> {
  readonly entry: Entry
  readonly names: readonly string[]
}

type Leaf<Entry> = Map<string, Target<Entry>>

interface Branch<Entry> {
  readonly children: Map<string, Branch<Entry>>
  parameter: Branch<Entry> | undefined
  leaf: Leaf<Entry> | undefined
}

interface Found<Entry> {
  readonly leaf: Leaf<Entry>
  readonly values: readonly string[]
}

/** Parameters that may be empty: "if the state key is an empty string, the trailing slash on the path is optional". */
const emptiable = new Set(['{stateKey}'])

const noParameters: PathParameters = Object.freeze({})

const newBranch = <Entry>(): Branch<Entry> => ({ children: new Map(), parameter: undefined, leaf: undefined })

const isParameter = (segment: string): boolean => segment.startsWith('{') && segment.endsWith('}')

const withoutTrailingSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path

/**
 * Builds a router over entries that carry their definition. Former names of a path (`r0`, `unstable`, …) lead to the
 * same entry unless a definition has that name itself. Entries that another one routes (`routedBy`) are passed over.
 * Throws when two entries share a method and a path.
 */
export const createRouter = <Entry extends { readonly definition: EndpointDefinition }>(
  entries: readonly Entry[],
): Router<Entry> => {
  const fixed = new Map<string, Leaf<Entry>>()
  const root = newBranch<Entry>()
  const routed = entries.filter(({ definition }) => definition.routedBy === undefined)
  for (const entry of routed)
    if (!insert(entry, segmentsOf(entry.definition.path)))
      throw new Error(`${entry.definition.method} ${entry.definition.path} is defined twice`)
  for (const entry of routed) for (const segments of otherForms(entry.definition.path)) insert(entry, segments)

  function insert(entry: Entry, segments: readonly string[]): boolean {
    const leaf = segments.some(isParameter) ? leafInTrie(root, segments) : leafInMap(fixed, `/${segments.join('/')}`)
    if (leaf.has(entry.definition.method)) return false
    leaf.set(entry.definition.method, { entry, names: namesOf(entry.definition.path) })
    return true
  }

  function match(method: string, rawPath: string): RouteMatch<Entry> | undefined {
    const asked = method === 'HEAD' ? 'GET' : method
    const path = withoutTrailingSlash(rawPath)
    const exact = fixed.get(path)
    const target = exact?.get(asked)
    if (target) return { entry: target.entry, parameters: noParameters }
    const found = walk({ branch: root, path, from: 1, values: [], method: asked })
    const inTrie = found?.leaf.get(asked)
    if (found && inTrie) return { entry: inTrie.entry, parameters: decode(inTrie.names, found.values) }
    if (!exact && !found) return undefined
    const allowed = new Set([...(exact?.keys() ?? []), ...(found?.leaf.keys() ?? [])])
    return { allowed: [...allowed] as Method[] }
  }

  return { match }
}

const segmentsOf = (path: string): readonly string[] => withoutTrailingSlash(path).slice(1).split('/')

const namesOf = (path: string): readonly string[] =>
  segmentsOf(path)
    .filter(isParameter)
    .map((segment) => segment.slice(1, -1))

/** Former names of a path, and each form without its last parameter where that may be empty. */
const otherForms = (path: string): readonly (readonly string[])[] =>
  [path, ...legacyPaths(path)].flatMap((form) => {
    const segments = segmentsOf(form)
    return emptiable.has(segments.at(-1) ?? '') ? [segments, segments.slice(0, -1)] : [segments]
  })

const leafInMap = <Entry>(fixed: Map<string, Leaf<Entry>>, path: string): Leaf<Entry> => {
  const known = fixed.get(path)
  if (known) return known
  const made: Leaf<Entry> = new Map()
  fixed.set(path, made)
  return made
}

const leafInTrie = <Entry>(root: Branch<Entry>, segments: readonly string[]): Leaf<Entry> => {
  const branch = segments.reduce((at, segment) => (isParameter(segment) ? parameterOf(at) : childOf(at, segment)), root)
  branch.leaf ??= new Map()
  return branch.leaf
}

const parameterOf = <Entry>(branch: Branch<Entry>): Branch<Entry> => {
  branch.parameter ??= newBranch()
  return branch.parameter
}

const childOf = <Entry>(branch: Branch<Entry>, segment: string): Branch<Entry> => {
  const known = branch.children.get(segment)
  if (known) return known
  const made = newBranch<Entry>()
  branch.children.set(segment, made)
  return made
}

interface Walk<Entry> {
  readonly branch: Branch<Entry>
  readonly path: string
  /** Index in `path` at which the next segment begins. */
  readonly from: number
  /** Raw values of the parameters so far; pushed and popped while walking. */
  readonly values: string[]
  readonly method: string
}

/** Descends by name first and by parameter second; a leaf that has the method wins over one that has not. */
const walk = <Entry>({ branch, path, from, values, method }: Walk<Entry>): Found<Entry> | undefined => {
  if (from > path.length) return branch.leaf && { leaf: branch.leaf, values: values.slice() }
  const slash = path.indexOf('/', from)
  const end = slash < 0 ? path.length : slash
  const segment = path.slice(from, end)
  const child = branch.children.get(segment)
  const byName = child && walk({ branch: child, path, from: end + 1, values, method })
  if (byName?.leaf.has(method) || !branch.parameter || segment === '') return byName
  values.push(segment)
  const byParameter = walk({ branch: branch.parameter, path, from: end + 1, values, method })
  values.pop()
  return byParameter?.leaf.has(method) ? byParameter : (byName ?? byParameter)
}

const decode = (names: readonly string[], values: readonly string[]): PathParameters => {
  const parameters: Record<string, string> = {}
  for (let i = 0; i < names.length; i++) parameters[names[i] ?? ''] = decodeSegment(values[i] ?? '')
  return parameters
}

const decodeSegment = (segment: string): string => {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new MatrixError('M_INVALID_PARAM', 'The path is not percent-encoded UTF-8', { cause })
  }
}
