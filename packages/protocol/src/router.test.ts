// Routing: which definition a method and a raw path lead to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import type { Method } from './endpoint.ts'
import { MatrixError } from './errors.ts'
import { createRouter } from './router.ts'

const entry = (method: Method, path: string) => ({
  definition: endpoint({ method, path, auth: 'none', response: Type.Object({}) }),
})

const router = createRouter([
  entry('GET', '/_matrix/client/versions'),
  entry('POST', '/_matrix/client/v3/rooms/{roomId}/kick'),
  entry('PUT', '/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}'),
  entry('GET', '/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}'),
  entry('GET', '/_matrix/client/v3/rooms/{roomId}/state'),
  entry('GET', '/_matrix/client/v3/pushrules/'),
  entry('GET', '/_matrix/client/v1/rooms/{roomId}/threads'),
  entry('GET', '/_matrix/client/unstable/rooms/{roomId}/own'),
  entry('GET', '/_matrix/client/v3/rooms/{roomId}/own'),
  entry('GET', '/_matrix/federation/v1/query/{queryType}'),
  entry('GET', '/_matrix/federation/v1/query/profile'),
  entry('POST', '/_matrix/federation/v1/query/{queryType}'),
  entry('POST', '/_matrix/media/v3/upload'),
  entry('PUT', '/_matrix/media/v3/upload/{serverName}/{mediaId}'),
])

const found = (method: string, path: string) => {
  const match = router.match(method, path)
  if (!match) return undefined
  return 'entry' in match ? [match.entry.definition.path, { ...match.parameters }] : match.allowed
}

test('a path without parameters is found as it stands', () => {
  assert.deepEqual(found('GET', '/_matrix/client/versions'), ['/_matrix/client/versions', {}])
})

test('parameters are percent-decoded, encoded slashes included', () => {
  assert.deepEqual(found('POST', '/_matrix/client/v3/rooms/%21a%2Fb%3Ac.d/kick'), [
    '/_matrix/client/v3/rooms/{roomId}/kick',
    { roomId: '!a/b:c.d' },
  ])
})

test('malformed percent-encoding is M_INVALID_PARAM', () => {
  for (const path of ['%', '%zz', '%ff', '%c3%28'])
    assert.throws(
      () => router.match('POST', `/_matrix/client/v3/rooms/${path}/kick`),
      (error) => error instanceof MatrixError && error.errcode === 'M_INVALID_PARAM' && error.status === 400,
    )
})

test('an empty state key may be left out, with or without the slash', () => {
  const template = '/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}'
  for (const [suffix, stateKey] of [
    ['', ''],
    ['/', ''],
    ['/%40a%3Ab', '@a:b'],
  ])
    assert.deepEqual(found('PUT', `/_matrix/client/v3/rooms/!r/state/m.x${suffix}`), [
      template,
      { roomId: '!r', eventType: 'm.x', stateKey },
    ])
  assert.deepEqual(found('GET', '/_matrix/client/v3/rooms/!r/state')?.[0], '/_matrix/client/v3/rooms/{roomId}/state')
})

test('a trailing slash makes no difference', () => {
  assert.deepEqual(found('GET', '/_matrix/client/v3/pushrules')?.[0], '/_matrix/client/v3/pushrules/')
  assert.deepEqual(found('GET', '/_matrix/client/v3/pushrules/')?.[0], '/_matrix/client/v3/pushrules/')
})

test('former names of paths lead to the same endpoint', () => {
  for (const version of ['r0', 'unstable', 'api/v1'])
    assert.deepEqual(found('POST', `/_matrix/client/${version}/rooms/!r/kick`), [
      '/_matrix/client/v3/rooms/{roomId}/kick',
      { roomId: '!r' },
    ])
  assert.deepEqual(
    found('GET', '/_matrix/client/unstable/rooms/!r/threads')?.[0],
    '/_matrix/client/v1/rooms/{roomId}/threads',
  )
  assert.deepEqual(found('POST', '/_matrix/media/r0/upload')?.[0], '/_matrix/media/v3/upload')
})

test('a definition of its own wins over a former name', () => {
  assert.deepEqual(
    found('GET', '/_matrix/client/unstable/rooms/!r/own')?.[0],
    '/_matrix/client/unstable/rooms/{roomId}/own',
  )
})

test('a name wins over a parameter, unless only the parameter has the method', () => {
  assert.deepEqual(found('GET', '/_matrix/federation/v1/query/profile')?.[0], '/_matrix/federation/v1/query/profile')
  assert.deepEqual(
    found('POST', '/_matrix/federation/v1/query/profile')?.[0],
    '/_matrix/federation/v1/query/{queryType}',
  )
})

test('an unknown path is nothing, a known path with another method says which it allows', () => {
  for (const path of [
    '/',
    '',
    '/_matrix',
    '/_matrix/client/v3/nope',
    '/_matrix/client/v3/rooms//kick',
    '/_matrix/client/v3/rooms/!r/kick/x',
  ])
    assert.equal(found('GET', path), undefined, path)
  assert.deepEqual(found('PUT', '/_matrix/client/v3/rooms/!r/state'), ['GET'])
  assert.deepEqual(found('PATCH', '/_matrix/media/v3/upload'), ['POST'])
  assert.deepEqual(found('DELETE', '/_matrix/federation/v1/query/x'), ['GET', 'POST'])
})

test('HEAD finds GET', () => {
  assert.deepEqual(found('HEAD', '/_matrix/client/versions'), ['/_matrix/client/versions', {}])
})

test('two definitions of one method and path are refused', () => {
  assert.throws(() => createRouter([entry('GET', '/a/{b}'), entry('GET', '/a/{c}')]), /defined twice/)
})

test('a definition that another one routes is passed over', () => {
  const routed = { definition: { ...entry('GET', '/a/{c}').definition, routedBy: 'first' } }
  const match = createRouter([entry('GET', '/a/{b}'), routed]).match('GET', '/a/x')
  assert.deepEqual(match && 'entry' in match && match.parameters, { b: 'x' })
})
