// Numbers as they were written. Room versions 1 to 5 sign the text of numbers that JavaScript cannot hold or would write
// otherwise (`1.0`, `1e5`, `9223372036854775807`): they are read as `ExactNumber`, which JSON.stringify writes unchanged.
// Rests on JSON.rawJSON; engines without it (Node 20) read plain numbers.

/** A number that keeps its text. */
export interface ExactNumber {
  readonly rawJSON: string
}

interface RawJson {
  readonly rawJSON?: (text: string) => ExactNumber
  readonly isRawJSON?: (value: unknown) => boolean
}

const { rawJSON, isRawJSON }: RawJson = JSON as RawJson

/** Whether a value is a number with its text. */
export const isExactNumber = (value: unknown): value is ExactNumber => isRawJSON?.(value) === true

/**
 * A fraction, an exponent or more digits than a double has, where a number may stand: after the name of a member, or between
 * two items. Strings may look alike, but not by an address or a figure that somebody mentions.
 */
const suspicious = /"\s*:\s*-?(?:\d{16}|\d+[.eE])|[[,]\s*-?(?:\d{16}|\d+[.eE])[-+.\deE]*\s*[\],]/

/** Whether JSON text may hold numbers that JSON.parse changes. */
export const mayHoldExactNumbers = (text: string): boolean => suspicious.test(text)

/** Parses JSON text, keeping the text of every number that would not be written the same. Throws as JSON.parse does. */
export const parseExactJson = (text: string): unknown =>
  mayHoldExactNumbers(text) ? JSON.parse(text, keepText) : JSON.parse(text)

function keepText(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || rawJSON === undefined) return value
  const source = context?.source
  return source === undefined || source === '-0' || source === String(value) ? value : rawJSON(source)
}

/** The value with plain numbers for exact ones; shares what has none. */
export const withPlainNumbers = (value: unknown): unknown => (holdsExactNumber(value) ? inPlainNumbers(value) : value)

const holdsExactNumber = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsExactNumber)
  for (const name in value) {
    if (name === 'rawJSON' && isExactNumber(value)) return true
    if (holdsExactNumber((value as Schema)[name])) return true
  }
  return false
}

const inPlainNumbers = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (isExactNumber(value)) return Number(value.rawJSON)
  if (Array.isArray(value)) return value.map(inPlainNumbers)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inPlainNumbers(member)]))
}

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

/** A schema whose values keep exact numbers, members and all: that of events between servers. */
export const keepsExactNumbers = 'x-exact-numbers'

/** The value with exact numbers where its schema keeps them, and plain ones elsewhere. */
export const exactWhere = (schema: unknown, value: unknown): unknown => {
  if (!isSchema(schema)) return withPlainNumbers(value)
  if (schema[keepsExactNumbers] === true) return value
  if (Array.isArray(value)) {
    const { items } = schema
    return value.map((item, index) => exactWhere(Array.isArray(items) ? items[index] : items, item))
  }
  const properties = isSchema(schema['properties']) ? schema['properties'] : undefined
  if (typeof value !== 'object' || value === null || isExactNumber(value) || !properties) return withPlainNumbers(value)
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, exactWhere(own(properties, name), member)]),
  )
}

const own = (object: Schema, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined)
