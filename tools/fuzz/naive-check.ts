// A second, plain reading of our schemas, against which the fuzzer holds the compiled ones: what they accept must fit
// here too. It knows the parts of JSON Schema the definitions use, and nothing of identifiers.
import type { TSchema } from 'typebox'

interface SchemaParts {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly TSchema[]
  readonly items?: TSchema | readonly TSchema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
}

/** Whether a value fits a schema. */
export const fits = (schema: TSchema, value: unknown): boolean => {
  const parts = schema as SchemaParts
  if ('const' in parts) return value === parts.const
  if (parts.anyOf) return parts.anyOf.some((each) => fits(each, value))
  switch (parts.type) {
    case 'string':
      return typeof value === 'string' && (parts.pattern === undefined || new RegExp(parts.pattern).test(value))
    case 'integer':
      return Number.isInteger(value) && isInRange(parts, Number(value))
    case 'number':
      return typeof value === 'number' && isInRange(parts, value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value) && fitsList(parts, value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) && fitsObject(parts, value)
    default:
      return true
  }
}

const isInRange = ({ minimum = -Infinity, maximum = Infinity }: SchemaParts, value: number): boolean =>
  value >= minimum && value <= maximum

const fitsList = ({ items, minItems = 0, maxItems = Infinity }: SchemaParts, list: readonly unknown[]): boolean => {
  if (list.length < minItems || list.length > maxItems) return false
  if (Array.isArray(items)) return list.every((value, i) => i >= items.length || fits(items[i], value))
  return list.every((value) => items === undefined || fits(items as TSchema, value))
}

const fitsObject = (
  { required = [], properties = {}, patternProperties = {} }: SchemaParts,
  value: object,
): boolean => {
  const values = Object.values(patternProperties)
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, member]) => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined
      return known ? fits(known, member) : values.every((each) => fits(each, member))
    })
  )
}
