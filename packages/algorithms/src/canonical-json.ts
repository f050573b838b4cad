// Canonical JSON: the one text of a JSON value that is hashed and signed.
// "the shortest UTF-8 JSON encoding with dictionary keys lexicographically sorted by Unicode codepoint"
// https://spec.matrix.org/v1.19/appendices/#canonical-json
import { type ExactNumber, isExactNumber } from '@myelin/protocol/exact-numbers'
import type { JsonObject } from './json.ts'

/** The value has no canonical JSON. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError'
}

/**
 * `strict`: integers and well-formed text only (room versions 6 and later). `lenient`: whatever JSON can say, numbers in
 * the text they came in where that was kept (`ExactNumber`).
 */
export type CanonicalJsonMode = 'strict' | 'lenient'

/** Objects and arrays within one another beyond which a value is refused, in levels. */
export const jsonDepthMax = 1000

/**
 * The canonical JSON of `value`, in which members that are undefined are left out.
 * Throws CanonicalJsonError where the mode allows no such value, and for anything that is not JSON.
 */
export const canonicalJson = (value: unknown, mode: CanonicalJsonMode = 'strict'): string => {
  const ordered = inOrder(value, mode === 'strict', 0)
  return ordered === undefined ? canonicalText(value, mode === 'strict', 0) : JSON.stringify(ordered)
}

/** A member of an object. */
export interface CanonicalMember {
  readonly name: string
  /** The name and the value. */
  readonly text: string
}

/** The members of an object in canonical order: joined they are its canonical JSON, and those of some of them that of a part. */
export const canonicalMembers = (object: JsonObject, mode: CanonicalJsonMode = 'strict'): CanonicalMember[] => {
  const strict = mode === 'strict'
  const names = Object.keys(object)
  if (examineKeys(names, strict) !== 'sorted') names.sort(compareCodePoints)
  const members: CanonicalMember[] = []
  for (const name of names) {
    const value = object[name]
    if (value === undefined) continue
    const ordered = inOrder(value, strict, 1)
    const text = ordered === undefined ? canonicalText(value, strict, 1) : JSON.stringify(ordered)
    members.push({ name, text: `${keyText(name, strict)}:${text}` })
  }
  return members
}

/** The object of these members. */
export const joinMembers = (members: readonly CanonicalMember[]): string => {
  let joined = ''
  for (const { text } of members) joined += joined === '' ? text : `,${text}`
  return `{${joined}}`
}

/** As `canonicalJson`, member by member: slower, for any keys whatever. */
export const canonicalJsonPlain = (value: unknown, mode: CanonicalJsonMode = 'strict'): string =>
  canonicalText(value, mode === 'strict', 0)

/** Order of two strings by Unicode code point, which differs from JavaScript's own beyond U+D7FF. */
export const compareCodePoints = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left === right) continue
    return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above every other code unit, so they sort last. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit)

const refuse = (reason: string): never => {
  throw new CanonicalJsonError(reason)
}

const checkDepth = (depth: number): void => {
  if (depth > jsonDepthMax) refuse(`nested more than ${jsonDepthMax} levels deep`)
}

/** Refuses what no JSON value may be; objects and arrays pass. */
const checkScalar = (value: unknown, strict: boolean): void => {
  if (typeof value === 'string') {
    if (strict && !value.isWellFormed()) refuse('a string holds half a surrogate pair')
  } else if (typeof value === 'number') {
    if (strict ? !Number.isSafeInteger(value) : !Number.isFinite(value))
      refuse(`the number ${value} has no canonical form`)
  } else if (typeof value !== 'boolean' && value !== null) refuse(`${typeof value} is not JSON`)
}

/**
 * The same value with the members of every object in canonical order, ready for JSON.stringify; shares what is in order
 * already. Undefined when an object cannot hold its keys in that order: integer-like keys always come first in
 * JavaScript, and `__proto__` is not a plain key.
 */
const inOrder = (value: unknown, strict: boolean, depth: number): unknown => {
  if (typeof value !== 'object' || value === null) {
    checkScalar(value, strict)
    return value
  }
  checkDepth(depth)
  return Array.isArray(value) ? arrayInOrder(value, strict, depth) : objectInOrder(value as JsonObject, strict, depth)
}

/** Strict mode knows integers alone, which have one text; lenient mode keeps the one it was given. */
const inText = (exact: ExactNumber, strict: boolean): ExactNumber | number => {
  const number = Number(exact.rawJSON)
  checkScalar(number, strict)
  return strict ? number : exact
}

const arrayInOrder = (array: readonly unknown[], strict: boolean, depth: number): unknown => {
  let copy: unknown[] | undefined
  for (let at = 0; at < array.length; at++) {
    const item = inOrder(array[at], strict, depth + 1)
    if (item === undefined) return undefined
    if (copy === undefined && item !== array[at]) copy = array.slice(0, at)
    copy?.push(item)
  }
  return copy ?? array
}

/** How the keys of an object stand: in order, to be sorted, or beyond what an object can hold in order. */
const examineKeys = (keys: readonly string[], strict: boolean): 'sorted' | 'unsorted' | 'awkward' => {
  let sorted = true
  let awkward = false
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? ''
    if (strict && !key.isWellFormed()) refuse('a key holds half a surrogate pair')
    if (key === '__proto__') return 'awkward'
    const first = key.charCodeAt(0)
    if (first >= 0x30 && first <= 0x39) awkward = true
    if (at > 0 && sorted && compareCodePoints(keys[at - 1] ?? '', key) > 0) sorted = false
  }
  if (sorted) return 'sorted'
  return awkward ? 'awkward' : 'unsorted'
}

const objectInOrder = (object: JsonObject, strict: boolean, depth: number): unknown => {
  const keys = Object.keys(object)
  if (keys[0] === 'rawJSON' && isExactNumber(object)) return inText(object, strict)
  const order = examineKeys(keys, strict)
  if (order === 'awkward') return undefined
  if (order === 'unsorted') keys.sort(compareCodePoints)
  // Most of what other servers send is in order: nothing is copied then.
  let copy: Record<string, unknown> | undefined = order === 'unsorted' ? {} : undefined
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? ''
    const value = object[key]
    if (value === undefined) continue
    const item = inOrder(value, strict, depth + 1)
    if (item === undefined) return undefined
    if (copy === undefined && item !== value) copy = firstOf(object, keys.slice(0, at))
    if (copy !== undefined) copy[key] = item
  }
  return copy ?? object
}

const firstOf = (object: JsonObject, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.map((key) => [key, object[key]]))

const canonicalText = (value: unknown, strict: boolean, depth: number): string => {
  if (typeof value !== 'object' || value === null) {
    checkScalar(value, strict)
    return JSON.stringify(value)
  }
  checkDepth(depth)
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, strict, depth + 1)).join(',')}]`
  if (isExactNumber(value)) return JSON.stringify(inText(value, strict))
  const object = value as JsonObject
  const keys = Object.keys(object).toSorted(compareCodePoints)
  const members = keys
    .filter((key) => object[key] !== undefined)
    .map((key) => `${keyText(key, strict)}:${canonicalText(object[key], strict, depth + 1)}`)
  return `{${members.join(',')}}`
}

/** Names that are their own JSON, as nearly all of an event are. */
const isPlainName = /^[a-z_]+$/

const keyText = (key: string, strict: boolean): string => {
  if (isPlainName.test(key)) return `"${key}"`
  if (strict && !key.isWellFormed()) refuse('a key holds half a surrogate pair')
  return JSON.stringify(key)
}
