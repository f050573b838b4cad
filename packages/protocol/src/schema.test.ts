// Checks of values against schemas: what they say, and that they leave the value alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { MatrixError } from './errors.ts'
import { UserId } from './identifiers.ts'
import { mapOf } from './map-of.ts'
import { check, checkOf, matches, parse } from './schema.ts'

const Kick = Type.Object({ user_id: UserId, reason: Type.Optional(Type.String()) })
const problem = (schema: Parameters<typeof check>[0], value: unknown): string => {
  const result = check(schema, value)
  return result.ok ? 'ok' : `${result.path} ${result.message}`
}

test('a value that fits is returned itself, with the fields the schema does not know', () => {
  const value = { user_id: '@a:b.c', 'org.example.more': { kept: true } }
  const result = check(Kick, value)
  assert.ok(result.ok)
  assert.equal(result.value, value)
})

test('a problem names the JSON path and what is wrong', () => {
  assert.equal(problem(Kick, { user_id: 'alice' }), '$.user_id must be a user ID')
  assert.equal(problem(Kick, {}), '$.user_id is missing')
  assert.equal(problem(Kick, []), '$ must be object')
  assert.equal(
    problem(Type.Object({ a: Type.Array(Type.Object({ b: Type.Integer() })) }), { a: [{ b: 1 }, { b: 'x' }] }),
    '$.a[1].b must be integer',
  )
})

test('keys that are no plain names are quoted in paths, and cut when long', () => {
  const schema = Type.Object({ users: mapOf(Type.Integer()) })
  assert.equal(problem(schema, { users: { '@a/~:b': 'x' } }), '$.users["@a/~:b"] must be integer')
  assert.ok(problem(schema, { users: { ['x'.repeat(5000)]: 'x' } }).length < 120)
})

test('a union of literals lists them', () => {
  const schema = Type.Object({ kind: Type.Union([Type.Literal('a'), Type.Literal('b')]) })
  assert.equal(problem(schema, { kind: 'c' }), '$.kind must be one of "a", "b"')
})

test('a union of objects reports the branch whose constants match', () => {
  const schema = Type.Array(
    Type.Union([
      Type.Object({ type: Type.Literal('a'), v: Type.Integer() }),
      Type.Object({ type: Type.Literal('b'), w: Type.Object({ x: Type.String() }) }),
    ]),
  )
  assert.equal(problem(schema, [{ type: 'b', w: { x: 1 } }]), '$[0].w.x must be string')
  assert.equal(problem(schema, [{ type: 'c' }]), '$[0] has none of the forms that are allowed here')
})

test('a property called anyOf is a property', () => {
  assert.equal(problem(Type.Object({ anyOf: Type.String() }), { anyOf: 1 }), '$.anyOf must be string')
})

test('keys named like parts of the prototype are data', () => {
  const value: unknown = JSON.parse('{"user_id":"@a:b.c","__proto__":{"polluted":true},"constructor":1}')
  assert.ok(matches(Kick, value))
  assert.equal(JSON.stringify(value), '{"user_id":"@a:b.c","__proto__":{"polluted":true},"constructor":1}')
  assert.equal((Object.prototype as Record<string, unknown>)['polluted'], undefined)
  assert.ok(!matches(Kick, JSON.parse('{"__proto__":{"user_id":"@a:b.c"}}')))
})

test('each schema is compiled once', () => {
  assert.equal(checkOf(Kick), checkOf(Kick))
})

test('parse throws M_BAD_JSON', () => {
  assert.throws(
    () => parse(Kick, { user_id: 1 }),
    (error) => error instanceof MatrixError && error.errcode === 'M_BAD_JSON' && /\$\.user_id/.test(error.message),
  )
})
