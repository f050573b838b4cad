// The part of a JSON schema that conformance compares: types, properties, required ones, values of maps, items of lists.
// The specification's schemas and ours are both JSON Schema, so one reading serves both.
import { child, follow, isMap, items, members } from './specification.ts'
import type { Located } from './specification.ts'

/** An example and the map that carries it. */
export interface Example extends Located {
  readonly holder: unknown
}

export interface Shape {
  readonly types: ReadonlySet<string>
  readonly properties: ReadonlyMap<string, Located>
  readonly required: ReadonlySet<string>
  /** Schema of the values of a map. */
  readonly values: Located | undefined
  /** Schema of the items of a list. */
  readonly items: Located | undefined
  /** Examples the schema itself carries, with the schema they stand in. */
  readonly examples: readonly Example[]
}

const listOf = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : []

const typesOf = (value: unknown): readonly string[] => {
  if (!isMap(value)) return []
  if (value['type'] !== undefined) return listOf(value['type'])
  if ('const' in value) return [value['const'] === null ? 'null' : typeof value['const']]
  return value['properties'] ? ['object'] : []
}

const valuesOf = (located: Located): Located | undefined => {
  const additional = child(located, 'additionalProperties')
  const patterns = members(child(located, 'patternProperties'))
  return patterns[0]?.[1] ?? (isMap(additional?.value) ? additional : undefined)
}

/** The examples a schema or media type carries: `example`, a list `examples`, or a map `examples` of `{value}`. */
export const examplesOf = (located: Located): readonly Example[] => {
  const { value, file } = located
  if (!isMap(value)) return []
  const single = 'example' in value ? [value['example']] : []
  const several = Array.isArray(value['examples']) ? value['examples'] : []
  const named = isMap(value['examples']) ? members(child(located, 'examples')) : []
  return [
    ...[...single, ...several].map((each: unknown) => ({ value: each, file, holder: value })),
    ...named.flatMap(([, each]) => examplesOfNamed(each, value)),
  ]
}

const examplesOfNamed = (example: Located, holder: unknown): readonly Example[] =>
  isMap(example.value) && 'value' in example.value
    ? [{ value: example.value['value'], file: example.file, holder }]
    : []

/** The schema of a list's items; those of a tuple count as alternatives. */
const itemsOf = (located: Located): Located | undefined => {
  const schema = child(located, 'items')
  if (!Array.isArray(schema?.value)) return schema
  return { value: { anyOf: schema.value }, file: schema.file }
}

const plainShape = (located: Located): Shape => ({
  types: new Set(typesOf(located.value)),
  properties: new Map(members(child(located, 'properties'))),
  required: new Set(items(child(located, 'required')).map(({ value }) => String(value))),
  values: valuesOf(located),
  items: itemsOf(located),
  examples: examplesOf(located),
})

const union = <Item>(sets: readonly ReadonlySet<Item>[]): ReadonlySet<Item> => new Set(sets.flatMap((set) => [...set]))

/** All of several shapes: what any of them asks for. A later property of the same name refines the earlier one. */
const allOf = (shapes: readonly Shape[]): Shape => ({
  types: union(shapes.map(({ types }) => types)),
  properties: new Map(shapes.flatMap(({ properties }) => [...properties])),
  required: union(shapes.map(({ required }) => required)),
  values: shapes.find(({ values }) => values)?.values,
  items: shapes.find((shape) => shape.items)?.items,
  examples: shapes.flatMap(({ examples }) => examples),
})

/** One of several shapes: what all of them ask for, and every property any of them knows. */
const anyOf = (shapes: readonly Shape[]): Shape => {
  const objects = shapes.filter(({ types }) => types.size === 0 || types.has('object'))
  const [first = new Set<string>(), ...others] = objects.map(({ required }) => required)
  return { ...allOf(shapes), required: new Set([...first].filter((name) => others.every((set) => set.has(name)))) }
}

/** The shape of a schema, references and combinations resolved one level deep. */
export const shapeOf = (located: Located): Shape => {
  const schema = follow(located)
  const all = items(child(schema, 'allOf')).map(shapeOf)
  const any = [...items(child(schema, 'oneOf')), ...items(child(schema, 'anyOf'))].map(shapeOf)
  return allOf([...all, ...(any.length > 0 ? [anyOf(any)] : []), plainShape(schema)])
}

/** Whether the schema accepts anything, or any object. */
export const isOpen = ({ types, properties, values, items }: Shape): boolean =>
  properties.size === 0 &&
  items === undefined &&
  (types.size === 0 || (types.has('object') && (values === undefined || Object.keys(values.value ?? {}).length === 0)))
