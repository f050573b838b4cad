// Hostile and mistaken input gets the spec's error; nothing of it is stored and the server goes on.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { call, type Reply, type User } from './testing/api.ts'
import { TestServer } from './testing/server.ts'

const refused = (reply: Reply, status: number, errcode: string) => {
  assert.deepEqual([reply.status, reply.body.errcode], [status, errcode], JSON.stringify(reply.body))
  assert.equal(typeof reply.body.error, 'string')
  assert.doesNotMatch(JSON.stringify(reply.body), /\bat .*\.ts:\d/, 'no stack trace')
}

describe('bad input', () => {
  let server: TestServer
  let alice: User
  let roomId: string
  let send: string

  before(async () => {
    server = await TestServer.start()
    alice = await server.user('alice')
    roomId = await alice.createRoom({ preset: 'public_chat' })
    send = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message`
  })
  after(() => server[Symbol.asyncDispose]())

  const put = (txn: string, raw: string) => alice.call(`${send}/${txn}`, { method: 'PUT', raw })

  test('what is not JSON', async () => {
    refused(await put('1', '{"body": '), 400, 'M_NOT_JSON')
    refused(await put('1', ''), 400, 'M_NOT_JSON')
  })

  test('JSON of the wrong type', async () => {
    refused(await put('2', '[]'), 400, 'M_BAD_JSON')
    refused(await alice.call('/createRoom', { body: { name: 5 } }), 400, 'M_BAD_JSON')
    refused(await alice.call('/createRoom', { body: { invite: 'bob' } }), 400, 'M_BAD_JSON')
  })

  test('numbers that canonical JSON does not have', async () => {
    refused(await put('3', '{"msgtype":"m.text","body":"x","n":1.5}'), 400, 'M_BAD_JSON')
    refused(await put('3', '{"msgtype":"m.text","body":"x","n":9007199254740993}'), 400, 'M_BAD_JSON')
  })

  test('an event of more than 65536 bytes', async () => {
    refused(await put('4', JSON.stringify({ msgtype: 'm.text', body: 'x'.repeat(65536) })), 413, 'M_TOO_LARGE')
  })

  test('a body beyond the limit of the listener', async () => {
    refused(await put('5', JSON.stringify({ body: 'x'.repeat(3_000_000) })), 413, 'M_TOO_LARGE')
  })

  test('JSON nested 10,000 deep', async () => {
    const reply = await put('6', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)
    assert.equal(reply.status, 400)
    assert.match(reply.body.errcode, /^M_(BAD|NOT)_JSON$/)
  })

  test('NUL in identifiers', async () => {
    const reply = await alice.call('/rooms/%00/send/m.room.message/1', { method: 'PUT', body: {} })
    assert.ok(reply.status === 400 || reply.status === 403 || reply.status === 404, String(reply.status))
    refused(
      await alice.call(`/rooms/${encodeURIComponent(roomId)}/invite`, { body: { user_id: '@a\0b:hs1' } }),
      400,
      'M_BAD_JSON',
    )
  })

  test('broken percent-encoding', async () => {
    const reply = await alice.call('/rooms/%ff%zz/joined_members')
    assert.equal(reply.status, 400)
  })

  test('no token, and an unknown one', async () => {
    refused(await call(server.baseUrl, '/_matrix/client/v3/account/whoami'), 401, 'M_MISSING_TOKEN')
    refused(
      await call(server.baseUrl, '/_matrix/client/v3/account/whoami', { token: 'nonsense' }),
      401,
      'M_UNKNOWN_TOKEN',
    )
  })

  test('rooms one is not in and rooms that are not there', async () => {
    refused(
      await alice.call('/rooms/!nowhere:hs1/send/m.room.message/1', {
        method: 'PUT',
        body: { msgtype: 'm.text', body: 'x' },
      }),
      403,
      'M_FORBIDDEN',
    )
    const bob = await server.user('bob')
    refused(await bob.call(`${send}/1`, { method: 'PUT', body: { msgtype: 'm.text', body: 'x' } }), 403, 'M_FORBIDDEN')
    const foreign = await alice.call('/join/!elsewhere:remote.invalid', { body: {} })
    assert.ok(foreign.status === 404 || foreign.status === 403 || foreign.status === 502, String(foreign.status))
  })

  test('paths and methods that do not exist', async () => {
    refused(await alice.call('/nonsense'), 404, 'M_UNRECOGNIZED')
    refused(await alice.call('/createRoom', { method: 'DELETE' }), 405, 'M_UNRECOGNIZED')
  })

  test('`__proto__` in a body pollutes nothing and survives as a plain key', async () => {
    const { body } = await put('7', '{"msgtype":"m.text","body":"x","__proto__":{"polluted":true}}')
    assert.equal(typeof body.event_id, 'string')
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    const { chunk } = await alice.get(`/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=1`)
    assert.deepEqual(Object.keys(chunk[0].content), ['__proto__', 'body', 'msgtype'])
  })

  test('nothing of all that was stored', async () => {
    const types = (await alice.history(roomId)).filter((event) => event.type === 'm.room.message')
    assert.equal(types.length, 1)
  })
})
