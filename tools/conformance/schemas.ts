// Compares a schema of the specification with ours, member by member, and tries its examples on ours on the way.
import { isDeepStrictEqual } from 'node:util'
import { check } from '../../packages/protocol/src/schema.ts'
import type { TSchema } from 'typebox'
import type { Report } from './report.ts'
import { isOpen, shapeOf } from './shape.ts'
import type { Example } from './shape.ts'
import { expand, follow } from './specification.ts'
import type { Located } from './specification.ts'

export interface SchemaComparison {
  readonly report: Report
  /** What is compared, e.g. `client-server kick body`. */
  readonly subject: string
  /** The maps whose examples were tried. */
  readonly tried: Set<unknown>
  /** Schemas of the specification on the way here: recursion ends at them. */
  readonly above?: ReadonlySet<unknown>
}

/** Our schema in the form the comparison reads. */
export const own = (schema: TSchema): Located => ({ value: schema, file: '' })

/** Compares two schemas. Members we know and the specification does not are fine as long as they are optional. */
export const compareSchemas = (theirs: Located, ours: Located, comparison: SchemaComparison): void => {
  const { report, subject } = comparison
  const target = follow(theirs)
  if (comparison.above?.has(target.value)) return
  const above = new Set(comparison.above).add(target.value)
  const their = shapeOf(target)
  const our = shapeOf(ours)
  for (const example of their.examples) tryExample(example, ours, comparison)
  compareTypes(their.types, our.types, comparison)
  for (const name of our.required)
    if (!their.required.has(name)) report.note(subject, `${name} is required here, optional there`)
  for (const name of their.required) {
    if (our.required.has(name)) report.note(subject)
    else if (our.properties.has(name)) report.note(subject, `${name} is optional here, required there`)
    else if (!their.properties.has(name)) report.note(subject, `${name} is missing`)
  }
  for (const [name, property] of their.properties) {
    const counterpart = our.properties.get(name) ?? (isOpen(our) ? own({}) : our.values)
    const below = { ...comparison, subject: `${subject}.${name}`, above }
    if (!counterpart || (isOpen(our) && their.required.has(name))) report.note(subject, `${name} is missing`)
    if (counterpart) compareSchemas(property, counterpart, below)
  }
  const inside = { ...comparison, subject: `${subject}[]`, above }
  if (their.values) compareSchemas(their.values, our.values ?? own({}), inside)
  if (their.items) compareSchemas(their.items, our.items ?? own({}), inside)
}

const compareTypes = (
  their: ReadonlySet<string>,
  our: ReadonlySet<string>,
  { report, subject }: SchemaComparison,
): void => {
  const missing = [...their].filter((type) => !our.has(type) && !(type === 'integer' && our.has('number')))
  if (our.size === 0 || missing.length === 0) report.note(subject)
  else report.note(subject, `is ${[...our].join(' or ')} here, ${missing.join(' or ')} there`)
}

/** Checks an example of the specification against our schema and that nothing is lost on the way through JSON. */
export const tryExample = (example: Example, ours: Located, { report, subject, tried }: SchemaComparison): void => {
  tried.add(example.holder)
  const value = expand(example)
  const before = structuredClone(value)
  const result = check(ours.value as TSchema, JSON.parse(JSON.stringify(value)))
  if (!result.ok) report.note(subject, `an example does not fit: ${result.path} ${result.message}`)
  else if (isDeepStrictEqual(result.value, before)) report.note(subject)
  else report.note(subject, 'an example changes on the way')
}
