// Reads the machine-readable part of the specification: YAML and JSON files that refer to each other by `$ref`.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'

/** A value of a file, with the file, for its references are relative to that. */
export interface Located {
  readonly value: unknown
  readonly file: string
}

export type JsonMap = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parsed = new Map<string, unknown>()

/** The content of a YAML or JSON file. */
export const load = (file: string): Located => {
  if (!parsed.has(file)) parsed.set(file, parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 }))
  return { value: parsed.get(file), file }
}

const stepInto = (value: unknown, name: string): unknown =>
  isMap(value) ? value[name] : Array.isArray(value) ? value[Number(name)] : undefined

const target = (reference: string, from: string): Located => {
  const [path = '', fragment = ''] = reference.trim().split('#')
  const { value, file } = load(path === '' ? from : resolve(dirname(from), path))
  const names = fragment.split('/').filter((name) => name !== '')
  return { value: names.reduce(stepInto, value), file }
}

/** The value a chain of `$ref` ends at; the value itself where it is no reference. */
export const follow = (located: Located): Located => {
  const { value, file } = located
  if (!isMap(value) || typeof value['$ref'] !== 'string') return located
  return follow(target(value['$ref'], file))
}

/** A member of a map or list, references followed. */
export const child = (located: Located, name: string): Located | undefined => {
  const from = follow(located)
  const value = stepInto(from.value, name)
  return value === undefined ? undefined : follow({ value, file: from.file })
}

/** The members of a map, references followed. */
export const members = (located: Located | undefined): readonly (readonly [string, Located])[] => {
  const from = located && follow(located)
  if (!from || !isMap(from.value)) return []
  return Object.entries(from.value).map(([name, value]) => [name, follow({ value, file: from.file })])
}

/** The items of a list, references followed. */
export const items = (located: Located | undefined): readonly Located[] => {
  const from = located && follow(located)
  return from && Array.isArray(from.value) ? from.value.map((value) => follow({ value, file: from.file })) : []
}

/**
 * An example with every reference inside replaced and every `allOf` merged; members beside a `$ref` win over those it
 * brings.
 */
export const expand = ({ value, file }: Located): unknown => {
  if (Array.isArray(value)) return value.map((item) => expand({ value: item, file }))
  if (!isMap(value)) return value
  const { $ref, ...own } = value
  const base = typeof $ref === 'string' ? expand(target($ref, file)) : undefined
  const members = Object.entries(own).map(([name, member]) => [name, expand({ value: member, file })] as const)
  if (Array.isArray(own['allOf'])) return Object.assign({}, ...(expand({ value: own['allOf'], file }) as object[]))
  if (base === undefined) return Object.fromEntries(members)
  return isMap(base) ? { ...base, ...Object.fromEntries(members) } : base
}

const httpMethods = new Set(['get', 'post', 'put', 'delete'])

/** An operation of the OpenAPI data. */
export interface Operation {
  readonly api: string
  /** Name of its file without extension. */
  readonly group: string
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly operation: Located
  readonly parameters: readonly Located[]
}

const yamlFiles = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && statSync(join(folder, name)).isFile())
    .map((name) => join(folder, name))

const operationsOf = (api: string, file: string): readonly Operation[] => {
  const document = load(file)
  const servers = items(child(document, 'servers'))
  const base = servers[0] && child(servers[0], 'variables')
  const basePath = String((base && child(base, 'basePath') && child(child(base, 'basePath')!, 'default')?.value) ?? '')
  return members(child(document, 'paths')).flatMap(([path, entry]) =>
    members(entry)
      .filter(([method]) => httpMethods.has(method))
      .map(([method, operation]) => ({
        api,
        group: basename(file, '.yaml'),
        operationId: String(child(operation, 'operationId')?.value),
        method: method.toUpperCase(),
        path: `${basePath}${path}`.trim(),
        operation,
        parameters: [...items(child(entry, 'parameters')), ...items(child(operation, 'parameters'))],
      })),
  )
}

/** The five APIs, named as their folders. */
export const apis = ['client-server', 'server-server', 'application-service', 'identity', 'push-gateway'] as const

/** All operations of an API. */
export const operations = (specification: string, api: string): readonly Operation[] =>
  yamlFiles(join(specification, 'data/api', api)).flatMap((file) => operationsOf(api, file))

/** Schema files of a folder by name without extension. */
export const schemaFiles = (specification: string, folder: string): readonly (readonly [string, Located])[] =>
  yamlFiles(join(specification, folder)).map((file) => [basename(file, '.yaml'), load(file)])
