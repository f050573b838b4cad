// Reading contents that others wrote: what fits is typed, what does not is left out and reported, what is unknown
// stays. Old rooms and other servers contain what nobody may send today, so a wrong field must not hide the others.
import type { Static, TSchema } from 'typebox'
import { check, matches } from '../schema.ts'
import type { EventDefinition } from './event.ts'

/** Where a content does not fit its type: a JSON path such as `$.info.h`, and what is wrong there. */
export interface ContentProblem {
  readonly path: string
  readonly message: string
}

/** A content as read: every known field is either right or absent. */
export interface ReadContent<Content> {
  readonly content: Partial<Content> & Readonly<Record<string, unknown>>
  readonly problems: readonly ContentProblem[]
}

/** The content's type as senders must keep to it. */
export type ContentOf<D extends EventDefinition> = Static<D['content']>

/** Checks a content strictly, as before sending: the first problem, or undefined. */
export const contentProblem = (definition: EventDefinition, content: unknown): ContentProblem | undefined => {
  const result = check(definition.content, content)
  return result.ok ? undefined : { path: result.path, message: result.message }
}

/**
 * Reads a content leniently: known fields that are wrong are left out and reported, a missing field is no problem,
 * unknown fields stay. Contents that are no objects read as empty. The given value is never changed.
 */
export const readContent = <const D extends EventDefinition>(
  definition: D,
  content: unknown,
): ReadContent<ContentOf<D>> => {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return { content: {}, problems: [{ path: '$', message: 'must be an object' }] } as ReadContent<ContentOf<D>>
  if (matches(definition.content, content)) return { content, problems: [] } as unknown as ReadContent<ContentOf<D>>
  const problems: ContentProblem[] = []
  const kept = Object.entries(content).filter(([name, value]) => {
    const schema = fieldOf(definition.content, name)
    const result = schema && check(schema, value)
    if (!result || result.ok) return true
    problems.push({ path: `${fieldPath(name)}${result.path.slice(1)}`, message: result.message })
    return false
  })
  return { content: Object.fromEntries(kept), problems } as unknown as ReadContent<ContentOf<D>>
}

interface SchemaWithFields {
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
}

/** The schema of a field of an object or map; undefined for fields nobody knows. */
const fieldOf = (schema: TSchema, name: string): TSchema | undefined => {
  const { properties, patternProperties } = schema as SchemaWithFields
  if (properties && Object.hasOwn(properties, name)) return properties[name]
  return patternProperties && Object.values(patternProperties)[0]
}

const fieldPath = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? `$.${name}` : `$[${JSON.stringify(name)}]`)
