// Seeded mutations of JSON values and of texts. The same seed gives the same mutations.

/** A source of chance: `below(n)` is an integer from 0 to n - 1. */
export interface Chance {
  readonly below: (bound: number) => number
}

/** Chance from a 32-bit seed (mulberry32). */
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return { below: (bound) => next() % bound }
}

const pick = <Item>(chance: Chance, list: readonly Item[]): Item => list[chance.below(list.length)]!

const nested = (depth: number): unknown =>
  depth === 0 ? 1 : depth % 2 === 0 ? [nested(depth - 1)] : { a: nested(depth - 1) }

const oddTexts = [
  '',
  '\0',
  '@',
  '!:',
  '$',
  '#a:b',
  '\ud800',
  'x'.repeat(300),
  '__proto__',
  '{"a":',
  '%00',
  '@a:[::1]:99999',
]
const oddNumbers = [0, -1, 1.5, 1e308, -0, 2 ** 53, Number.MIN_VALUE]
const oddValues = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  { constructor: 1 },
  nested(40),
  Array.from({ length: 500 }, () => 0),
]
const oddNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  '0',
  'type',
  '\ud800',
  'a\nb',
  '\u2028',
]

const oddValue = (chance: Chance): unknown =>
  pick<() => unknown>(chance, [
    () => pick(chance, oddTexts),
    () => pick(chance, oddNumbers),
    () => structuredClone(pick(chance, oddValues)),
  ])()

const setOwn = (target: object, name: string, value: unknown): void => {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

const descend = (value: unknown, chance: Chance): unknown => {
  if (typeof value !== 'object' || value === null || chance.below(4) === 0) return mutateHere(value, chance)
  const names = Object.keys(value)
  if (names.length === 0) return mutateHere(value, chance)
  const name = pick(chance, names)
  setOwn(value, name, descend((value as Record<string, unknown>)[name], chance))
  return value
}

const mutateHere = (value: unknown, chance: Chance): unknown => {
  if (Array.isArray(value) && chance.below(2) === 0) return [...value, oddValue(chance), ...value]
  if (typeof value !== 'object' || value === null) return oddValue(chance)
  const names = Object.keys(value)
  const kind = chance.below(3)
  if (kind === 0 && names.length > 0) delete (value as Record<string, unknown>)[pick(chance, names)]
  else if (kind === 1 && !Array.isArray(value)) setOwn(value, pick(chance, oddNames), oddValue(chance))
  else return oddValue(chance)
  return value
}

/** A copy of a JSON value with one to three things changed. */
export const mutateValue = (value: unknown, chance: Chance): unknown => {
  let mutated = structuredClone(value)
  for (let changes = 1 + chance.below(3); changes > 0; changes--) mutated = descend(mutated, chance)
  return mutated
}

/** A text with something cut, repeated, inserted or replaced; sometimes one that nests very deep. */
export const mutateText = (text: string, chance: Chance): string => {
  const at = chance.below(text.length + 1)
  const end = at + chance.below(text.length - at + 1)
  const changes: readonly (() => string)[] = [
    () => text.slice(0, at) + text.slice(end),
    () => text.slice(0, end) + text.slice(at),
    () => text.slice(0, at) + pick(chance, oddTexts) + text.slice(at),
    () => text.slice(0, at) + String.fromCharCode(chance.below(0x10000)) + text.slice(at + 1),
    () =>
      text.slice(0, at) +
      pick(chance, ['%', '%2', '%ff', '/', '//', '?', '&', '=', '{', '}', '"', '\\', 'e9']) +
      text.slice(at),
  ]
  return chance.below(2000) === 0 ? '['.repeat(10_000) + text : pick(chance, changes)()
}

const numberTexts = ['1.0', '-0', '1e5', '9223372036854775807', '-1E-7', '0.10', '1e400', '9'.repeat(400)]

/** A text with the numbers in it, now and then, written as JavaScript would not. */
export const mutateNumbers = (text: string, chance: Chance): string =>
  text.replaceAll(/(?<=[:,[])\d+/g, (number) => (chance.below(2) === 0 ? pick(chance, numberTexts) : number))
