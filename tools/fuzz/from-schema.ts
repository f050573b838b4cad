// Makes up values that nearly fit a schema, so that every definition is fuzzed without an example of its own.
import type { TSchema } from 'typebox'
import type { Chance } from './mutations.ts'

interface SchemaParts {
  readonly type?: string
  readonly const?: unknown
  readonly description?: string
  readonly examples?: readonly string[]
  readonly anyOf?: readonly TSchema[]
  readonly items?: TSchema | readonly TSchema[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
}

const pick = <Item>(chance: Chance, list: readonly Item[]): Item | undefined => list[chance.below(list.length || 1)]

/** Texts that are right for identifiers, by the description of their schema. */
const identifiers: readonly (readonly [RegExp, string])[] = [
  [/user ID/, '@ada:garden.example'],
  [/room ID or/, '#tea:garden.example'],
  [/room ID/, '!tea:garden.example'],
  [/room alias/, '#tea:garden.example'],
  [/event ID/, '$event'],
  [/server name/, 'garden.example:8448'],
  [/content URI/, 'mxc://garden.example/tea'],
]

const textFor = ({ examples, description = '' }: SchemaParts, chance: Chance): string => {
  const identifier = identifiers.find(([pattern]) => pattern.test(description))
  return identifier?.[1] ?? pick(chance, examples ?? ['', 'tea', 'm.room.message', '0']) ?? ''
}

/** A value that fits the schema, except that chance may leave out what is required. */
export const valueFor = (schema: TSchema, chance: Chance, depth = 0): unknown => {
  const parts = schema as SchemaParts
  if ('const' in parts) return parts.const
  const alternative = parts.anyOf && pick(chance, parts.anyOf)
  if (alternative) return valueFor(alternative, chance, depth)
  switch (parts.type) {
    case 'string':
      return textFor(parts, chance)
    case 'integer':
      return chance.below(100)
    case 'number':
      return chance.below(100) / 4
    case 'boolean':
      return chance.below(2) === 0
    case 'array':
      return listFor(parts, chance, depth)
    case 'object':
      return objectFor(parts, chance, depth)
    default:
      return null
  }
}

const listFor = ({ items }: SchemaParts, chance: Chance, depth: number): unknown => {
  const schemas: readonly TSchema[] = Array.isArray(items) ? items : items ? [items as TSchema] : []
  if (schemas.length > 1) return schemas.map((each) => valueFor(each, chance, depth + 1))
  return Array.from({ length: chance.below(3) }, () => (schemas[0] ? valueFor(schemas[0], chance, depth + 1) : null))
}

const objectFor = (
  { properties = {}, patternProperties = {} }: SchemaParts,
  chance: Chance,
  depth: number,
): unknown => {
  const isShallow = depth < 6
  const known = Object.entries(properties).filter(() => isShallow && chance.below(20) > 0)
  const others = Object.values(patternProperties).map((each) => ['@ada:garden.example', each] as const)
  return Object.fromEntries(
    [...known, ...(isShallow ? others : [])].map(([name, each]) => [name, valueFor(each, chance, depth + 1)]),
  )
}
