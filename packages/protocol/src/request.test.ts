// Parsing of requests: conversions of the query, the error each part fails with, and what is left alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { MatrixError } from './errors.ts'
import { RoomId, UserId } from './identifiers.ts'
import { jsonDepthMax, parseJsonText } from './json-text.ts'
import { writeQuery } from './query.ts'
import { parseRequest } from './request.ts'

const search = endpoint({
  method: 'POST',
  path: '/rooms/{roomId}/search',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  query: Type.Object({
    dir: Type.Union([Type.Literal('b'), Type.Literal('f')]),
    limit: Type.Optional(Type.Integer()),
    full: Type.Optional(Type.Boolean()),
    via: Type.Optional(Type.Array(Type.String())),
  }),
  body: Type.Object({ user_id: UserId }),
  response: Type.Object({}),
})
const join = endpoint({
  method: 'POST',
  path: '/join/{room}',
  auth: 'user',
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})

const good = { path: { roomId: '!r:a.b' }, query: 'dir=b', bodyText: '{"user_id":"@a:b.c"}' }
const refuses = (change: Partial<typeof good>, errcode: string, message?: RegExp): void => {
  assert.throws(
    () => parseRequest(search, { ...good, ...change }),
    (error) => error instanceof MatrixError && error.errcode === errcode && (message?.test(error.message) ?? true),
    JSON.stringify(change),
  )
}

test('query values become what the schema asks for', () => {
  const { query } = parseRequest(search, { ...good, query: 'dir=f&limit=10&full=true&via=a.b&via=c%20d&other=1' })
  assert.deepEqual(query, { dir: 'f', limit: 10, full: true, via: ['a.b', 'c d'] })
})

test('a missing query parameter is M_MISSING_PARAM, a wrong one M_INVALID_PARAM', () => {
  refuses({ query: '' }, 'M_MISSING_PARAM', /^dir in the query is missing/)
  refuses({ query: 'dir=x' }, 'M_INVALID_PARAM', /^dir in the query must be one of "b", "f"/)
  refuses({ query: 'dir=b&limit=1.5' }, 'M_INVALID_PARAM')
  refuses({ query: 'dir=b&limit=' }, 'M_INVALID_PARAM')
  refuses({ query: 'dir=b&full=yes' }, 'M_INVALID_PARAM')
})

test('a path parameter of the wrong form is M_INVALID_PARAM', () => {
  refuses({ path: { roomId: 'room' } }, 'M_INVALID_PARAM', /^roomId in the path must be a room ID/)
})

test('a body that is no JSON is M_NOT_JSON, one of the wrong form M_BAD_JSON with its path', () => {
  refuses({ bodyText: '' }, 'M_NOT_JSON')
  refuses({ bodyText: '{"user_id":' }, 'M_NOT_JSON')
  refuses({ bodyText: '[]' }, 'M_BAD_JSON')
  refuses({ bodyText: '{"user_id":"alice"}' }, 'M_BAD_JSON', /^\$\.user_id must be a user ID/)
})

test('unknown fields of a body are kept', () => {
  const { body } = parseRequest(search, { ...good, bodyText: '{"user_id":"@a:b.c","x":{"y":[1]}}' })
  assert.deepEqual(body, { user_id: '@a:b.c', x: { y: [1] } })
})

test('no body stands for an empty object where that is allowed', () => {
  assert.deepEqual(parseRequest(join, { path: { room: 'x' }, query: 'a=b', bodyText: '' }), {
    path: { room: 'x' },
    query: {},
    body: {},
  })
})

const nested = (depth: number) => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)

test('JSON nests 100 levels deep and no deeper, however deep it is', () => {
  assert.ok(parseJsonText(nested(jsonDepthMax)))
  for (const depth of [jsonDepthMax + 2, 10_000, 1_000_000])
    assert.throws(
      () => parseJsonText(nested(depth)),
      (error) => error instanceof MatrixError && error.errcode === 'M_BAD_JSON',
    )
  assert.throws(
    () => parseJsonText('['.repeat(10_000)),
    (error) => error instanceof MatrixError,
  )
})

test('brackets inside strings do not count', () => {
  const text = JSON.stringify({ a: '[{'.repeat(1000), b: `"\\${'['.repeat(500)}`, c: '\\' })
  assert.equal(JSON.stringify(parseJsonText(text)), text)
})

test('query strings are written with repeated names and without what is undefined', () => {
  assert.equal(writeQuery({ a: 1, b: ['x', 'y&'], c: undefined, d: false }), 'a=1&b=x&b=y%26&d=false')
})

test('form fields make a body where the definition says so', () => {
  const token = endpoint({
    method: 'POST',
    path: '/token',
    auth: 'none',
    formBody: true,
    body: Type.Object({ grant_type: Type.String(), client_id: Type.Optional(Type.String()) }),
    response: Type.Object({}),
  })
  const { body } = parseRequest(token, { path: {}, query: '', bodyText: 'grant_type=refresh_token&client_id=a%20b' })
  assert.deepEqual(body, { grant_type: 'refresh_token', client_id: 'a b' })
  assert.throws(() => parseRequest(token, { path: {}, query: '', bodyText: '' }), MatrixError)
})

test('a query of free names keeps them all as text', () => {
  const lookup = endpoint({
    method: 'GET',
    path: '/lookup',
    auth: 'none',
    query: Type.Object({}, { additionalProperties: Type.String() }),
    response: Type.Object({}),
  })
  const { query } = parseRequest(lookup, { path: {}, query: 'nick=a&__proto__=b', bodyText: undefined })
  assert.deepEqual(query, { nick: 'a' })
})
