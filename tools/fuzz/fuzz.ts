// Feeds mutated requests, event contents and PDUs to the parsers of the protocol library and watches what they do:
// nothing but MatrixError is thrown, what is accepted is unchanged and fits a second reading of its schema, no prototype
// changes, no input takes long.
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { TSchema } from 'typebox'
import { clientServerGroups } from '../../packages/protocol/src/client-server/groups.ts'
import type { EndpointDefinition } from '../../packages/protocol/src/endpoint.ts'
import { MatrixError } from '../../packages/protocol/src/errors.ts'
import { withPlainNumbers } from '../../packages/protocol/src/exact-numbers.ts'
import { eduDefinitions, eventDefinitions } from '../../packages/protocol/src/events/groups.ts'
import type { EventDefinition } from '../../packages/protocol/src/events/event.ts'
import { contentProblem, readContent } from '../../packages/protocol/src/events/read-content.ts'
import { parseMxc, parseRoomAlias, parseUserId } from '../../packages/protocol/src/identifiers.ts'
import { parseRequest } from '../../packages/protocol/src/request.ts'
import { serverServerGroups } from '../../packages/protocol/src/server-server/groups.ts'
import { createRouter } from '../../packages/protocol/src/router.ts'
import { check } from '../../packages/protocol/src/schema.ts'
import { contentExamples, pduExamples, requestExamples } from './examples.ts'
import type { RequestExample } from './examples.ts'
import { valueFor } from './from-schema.ts'
import { chanceFrom, mutateNumbers, mutateText, mutateValue } from './mutations.ts'
import type { Chance } from './mutations.ts'
import { fits } from './naive-check.ts'

/** Processor time one input may take, in milliseconds; the first use of a schema compiles it. */
const inputMaxMs = 100

export interface FuzzResult {
  readonly accepted: number
  readonly refused: number
  readonly slowestMs: number
}

const isEndpoint = (value: unknown): value is EndpointDefinition =>
  typeof value === 'object' && value !== null && 'method' in value && 'path' in value

const endpoints = [clientServerGroups, serverServerGroups]
  .flatMap((groups) => Object.values<object>(groups))
  .flatMap((group) => Object.values<unknown>({ ...group }))
  .filter(isEndpoint)
const events: readonly EventDefinition[] = [...Object.values(eventDefinitions), ...Object.values(eduDefinitions)]

const router = createRouter(
  endpoints.filter(({ routedBy }) => routedBy === undefined).map((definition) => ({ definition })),
)

/** Runs `count` inputs that follow from `seed`. Throws, with the input, at the first that is not dealt with. */
export const fuzz = (count: number, seed: number): FuzzResult => {
  const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
  const before = prototypes.map((prototype) => Reflect.ownKeys(prototype).length)
  const chance = chanceFrom(seed)
  let accepted = 0
  let slowestMs = 0
  for (let i = 0; i < count; i++) {
    const start = process.threadCpuUsage()
    if (tryInput(chance, i)) accepted++
    const { user, system } = process.threadCpuUsage(start)
    slowestMs = Math.max(slowestMs, (user + system) / 1000)
  }
  assert.deepEqual(
    prototypes.map((prototype) => Reflect.ownKeys(prototype).length),
    before,
    'a prototype was changed',
  )
  assert.ok(slowestMs < inputMaxMs, `an input took ${slowestMs} ms of processor time`)
  return { accepted, refused: count - accepted, slowestMs }
}

const kinds: readonly ((chance: Chance) => boolean)[] = [
  tryRequestValue,
  tryRequestText,
  tryContent,
  tryPdu,
  tryEndpoint,
  tryEvent,
]

const tryInput = (chance: Chance, i: number): boolean => {
  try {
    return kinds[i % kinds.length]!(chance)
  } catch (cause) {
    if (cause instanceof MatrixError) return false
    throw new Error(`input ${i} was not dealt with`, { cause })
  }
}

const pick = <Item>(chance: Chance, list: readonly Item[]): Item => list[chance.below(list.length)]!

const assertFits = (schema: TSchema | undefined, value: unknown): void => {
  assert.ok(schema === undefined || fits(schema, value), `accepted, but does not fit: ${JSON.stringify(value)}`)
}

/** Puts a request through router and parser. Whether it was accepted; then it must have come through unchanged. */
const request = ({ definition, path, query }: RequestExample, bodyText: string | undefined): boolean => {
  const match = router.match(definition.method, path)
  if (!match || !('entry' in match)) return false
  const parsed = parseRequest(match.entry.definition, { path: match.parameters, query, bodyText })
  const hasBody = match.entry.definition.body !== undefined && bodyText !== undefined && bodyText !== ''
  if (hasBody)
    assert.ok(isDeepStrictEqual(withPlainNumbers(parsed.body), JSON.parse(bodyText)), 'a body changed on the way')
  if (hasBody) assertFits(match.entry.definition.body, parsed.body)
  return true
}

function tryRequestValue(chance: Chance): boolean {
  const example = pick(chance, requestExamples)
  return request(example, JSON.stringify(mutateValue(example.body ?? {}, chance)))
}

function tryRequestText(chance: Chance): boolean {
  const example = pick(chance, requestExamples)
  const body = JSON.stringify(example.body)
  const part = chance.below(4)
  if (part === 0) return request({ ...example, path: mutateText(example.path, chance) }, body)
  if (part === 1) return request({ ...example, query: mutateText(example.query, chance) }, body)
  if (part === 2) return request(example, mutateNumbers(body ?? '{}', chance))
  return request(example, mutateText(body ?? '{}', chance))
}

function tryContent(chance: Chance): boolean {
  const [definition, content] = pick<(typeof contentExamples)[number]>(chance, contentExamples)
  return read(definition, JSON.parse(JSON.stringify(mutateValue(content, chance))))
}

/** Reads a content both ways. Whether it was right; then it must have come through unchanged. */
const read = (definition: EventDefinition, content: unknown): boolean => {
  const problem = contentProblem(definition, content)
  const { content: known, problems } = readContent(definition, content)
  if (problem === undefined) {
    assert.ok(isDeepStrictEqual(known, content), 'a content changed on the way')
    assertFits(definition.content, content)
  }
  assert.ok(problem !== undefined || problems.length === 0, 'a right content was read with problems')
  for (const { path, message } of problems) assert.ok(path.startsWith('$') && message !== '')
  return problem === undefined
}

/** Any event type, with a content made up from its schema. */
function tryEvent(chance: Chance): boolean {
  const definition = pick(chance, events)
  const content = valueFor(definition.content, chance)
  return read(definition, chance.below(2) === 0 ? content : JSON.parse(JSON.stringify(mutateValue(content, chance))))
}

/** Any endpoint, with a body made up from its schema. */
function tryEndpoint(chance: Chance): boolean {
  const definition = pick(chance, endpoints)
  const value = valueFor(definition.body ?? definition.response, chance)
  const sent = chance.below(2) === 0 ? value : mutateValue(value, chance)
  const { ok } = check(definition.response, sent)
  if (ok) assertFits(definition.response, sent)
  if (!definition.body) return ok
  const bodyText = JSON.stringify(sent)
  const { query: _, pathParameters: __, ...bodyOnly } = definition
  const { body } = parseRequest<EndpointDefinition>(bodyOnly, { path: {}, query: '', bodyText })
  assert.ok(isDeepStrictEqual(body, JSON.parse(bodyText)), 'a body changed on the way')
  assertFits(definition.body, body)
  return true
}

function tryPdu(chance: Chance): boolean {
  const [schema, pdu] = pick(chance, pduExamples)
  const text = mutateText(pick(chance, ['@ada:garden.example', 'mxc://a.b/c', '#tea:[::1]:1']), chance)
  parseUserId(text)
  parseRoomAlias(text)
  parseMxc(text)
  const mutated: unknown = JSON.parse(JSON.stringify(mutateValue(pdu, chance)))
  const copy = structuredClone(mutated)
  const { ok } = check(schema, mutated)
  assert.ok(isDeepStrictEqual(mutated, copy), 'a check changed its value')
  if (ok) assertFits(schema, mutated)
  return ok
}
