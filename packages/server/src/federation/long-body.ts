// Bodies of other servers that may be long, transactions above all, read element by element: whatever is in one, it holds the
// event loop only for as long as an element does.
import { canonicalJson, CanonicalJsonError, compareCodePoints } from '@myelin/algorithms/canonical-json'
import { MatrixError } from '@myelin/protocol/errors'
import { keepsExactNumbers } from '@myelin/protocol/exact-numbers'
import { parseJsonText } from '@myelin/protocol/json-text'
import type { TSchema } from 'typebox'
import type { Environment } from '../environment.ts'
import { longBodyElementBytesMax, longBodyElementsMax, longBodyPieceBytes } from '../federation-limits.ts'
import { JsonStream, JsonStreamError, type JsonStreamOptions } from './json-stream.ts'
import { Pace } from './pace.ts'

type Schemas = Readonly<Record<string, TSchema & { readonly items?: TSchema }>>

/** The schemas of a body's members, if it has lists. */
export function longBodyOf(body: TSchema | undefined): Schemas | undefined {
  const { properties = {} } = (body ?? {}) as { readonly properties?: Schemas }
  return Object.values(properties).some(({ items }) => items !== undefined) ? properties : undefined
}

/**
 * Parses the members that have a schema. An element that is longer than any may be is left out: a server that is never rid of
 * it would send its transaction for ever. Throws M_NOT_JSON, M_BAD_JSON and M_TOO_LARGE.
 */
export async function parseLongBody(environment: Environment, text: string, schemas: Schemas): Promise<unknown> {
  const names = Object.keys(schemas)
  const lists = new Set(names.filter((name) => schemas[name]?.items !== undefined))
  const schemaOf = (name: string) => exactOnly(lists.has(name) ? schemas[name]?.items : schemas[name])
  const options = { lists, values: new Set(names), isLongLeftOut: true }
  const read = (name: string, element: string) => parseJsonText(element, schemaOf(name))
  return Object.fromEntries(await readMembers(environment, text, { options, read }))
}

/** The schema where numbers keep their text: the others need none. */
const exactOnly = (schema: TSchema | undefined) => (schema && keepsExactNumbers in schema ? schema : undefined)

const everything = { has: () => true }

/** The canonical form of a body that is long by lists of these names; undefined if it has none. */
export async function canonicalLongBody(
  environment: Environment,
  text: string,
  lists: ReadonlySet<string>,
): Promise<string | undefined> {
  const options = { lists, values: everything, isLongLeftOut: false }
  const read = (_: string, element: string) => canonicalJson(parseJsonText(element), 'lenient')
  try {
    const members = [...(await readMembers(environment, text, { options, read }))]
    const inOrder = members.toSorted(([a], [b]) => compareCodePoints(a, b))
    const texts = inOrder.map(([name, value]) => [name, Array.isArray(value) ? `[${value.join(',')}]` : value])
    return `{${texts.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined // nobody can have signed what has no canonical form
    throw error
  }
}

interface Reading<T> {
  readonly options: Omit<JsonStreamOptions, 'valueBytesMax'>
  readonly read: (name: string, text: string) => T
}

/** The members of an object by name, what is in lists one by one. */
async function readMembers<T>(
  environment: Environment,
  text: string,
  { options, read }: Reading<T>,
): Promise<Map<string, T | T[]>> {
  const pace = new Pace(environment)
  const members = new Map<string, T | T[]>()
  let elements = 0
  const stream = new JsonStream({ ...options, valueBytesMax: longBodyElementBytesMax })
  const listOf = (name: string): T[] => {
    const known = members.get(name)
    const list = Array.isArray(known) ? known : []
    members.set(name, list)
    return list
  }
  const bytes = Buffer.from(text)
  try {
    for (let at = 0; at < bytes.length; at += longBodyPieceBytes) {
      for (const { key, text: element, isElement } of stream.push(bytes.subarray(at, at + longBodyPieceBytes))) {
        if (++elements > longBodyElementsMax) throw new MatrixError('M_TOO_LARGE', 'The lists in the body are too long')
        if (isElement) listOf(key).push(read(key, element))
        else members.set(key, read(key, element))
        await pace.breathe()
      }
      await pace.breathe()
    }
    stream.finish()
  } catch (error) {
    if (!(error instanceof JsonStreamError)) throw error
    throw new MatrixError('M_NOT_JSON', `The body cannot be read: ${error.message}`, { cause: error })
  }
  for (const name of stream.begun) listOf(name)
  return members
}
