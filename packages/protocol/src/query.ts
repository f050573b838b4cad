// Query strings, read and written as an endpoint's schema asks: numbers, booleans and repeated names.
import { IsObject } from 'typebox'
import type { TSchema } from 'typebox'

type Conversion = 'text' | 'number' | 'boolean' | 'texts' | 'numbers'
type Converted = string | number | boolean | readonly (string | number)[]

const conversions = new WeakMap<TSchema, ReadonlyMap<string, Conversion>>()

const conversionsOf = (schema: TSchema): ReadonlyMap<string, Conversion> => {
  const known = conversions.get(schema)
  if (known) return known
  const properties: readonly [string, TSchema][] = IsObject(schema) ? Object.entries(schema.properties) : []
  const made = new Map(properties.map(([name, property]) => [name, conversionOf(property)]))
  conversions.set(schema, made)
  return made
}

const typeOf = (schema: unknown): unknown =>
  typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined

const conversionOf = (schema: TSchema): Conversion => {
  const type = typeOf(schema)
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'boolean'
  if (type !== 'array') return 'text'
  const items = typeOf('items' in schema ? schema.items : undefined)
  return items === 'integer' || items === 'number' ? 'numbers' : 'texts'
}

const numberPattern = /^-?\d{1,16}(?:\.\d+)?$/

/** What is no number or boolean stays text, for the check to refuse. */
const convert = (values: readonly string[], conversion: Conversion): Converted => {
  const text = values[0] ?? ''
  if (conversion === 'texts') return values
  if (conversion === 'numbers') return values.map(toNumber)
  if (conversion === 'number') return toNumber(text)
  if (conversion === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

const toNumber = (text: string): number | string => (numberPattern.test(text) ? Number(text) : text)

/**
 * The parameters the schema names, converted but not checked yet; of a name given twice the first value counts.
 * Where the schema allows additional properties the others are there too, as text.
 */
export const readQuery = (schema: TSchema, query: string): Readonly<Record<string, Converted>> => {
  const read: Record<string, Converted> = {}
  if (query === '') return read
  const parameters = new URLSearchParams(query)
  for (const [name, conversion] of conversionsOf(schema))
    if (parameters.has(name)) read[name] = convert(parameters.getAll(name), conversion)
  if ('additionalProperties' in schema && schema.additionalProperties) addOthers(parameters, read)
  return read
}

const addOthers = (parameters: URLSearchParams, read: Record<string, Converted>): void => {
  for (const [name, value] of parameters) if (name !== '__proto__' && !Object.hasOwn(read, name)) read[name] = value
}

/** Writes a query string without `?`: arrays repeat their name, undefined is left out. */
export const writeQuery = (values: Readonly<Record<string, unknown>>): string => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(values))
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined) parameters.append(name, String(item))
  return parameters.toString()
}
