// What is there for the people who run a server, and what is refused because it is not there yet.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, ok } from './testing/api.ts'
import { TestServer } from './testing/server.ts'

test('metrics have an address of their own, with what the store, the rooms and the syncs count', async () => {
  await using server = await TestServer.start({ 'metrics.listen': ['127.0.0.1:0'] })
  const alice = await server.user('alice')
  const roomId = await alice.createRoom()
  await alice.say(roomId, 'hello')
  const metrics = String(await ok(call(server.metricsUrl ?? '', '/metrics')))
  const valueOf = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
  assert.equal(valueOf('myelin_hot_rooms'), 1)
  assert.equal(valueOf('myelin_sync_waiting'), 0)
  assert.ok(valueOf('myelin_store_commits_total') > 0)
  assert.match(metrics, /^myelin_http_requests_total\{operation="sendMessage",status="200"\} 1$/m)
  assert.equal(await ok(call(server.metricsUrl ?? '', '/health')), 'OK')
  const elsewhere = await call(server.metricsUrl ?? '', '/_matrix/client/versions')
  assert.deepEqual([elsewhere.status, elsewhere.body.errcode], [404, 'M_UNRECOGNIZED'])
})

test('an event that is meant for later is refused, never sent at once', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const roomId = await alice.createRoom()
  for (const path of ['send/m.room.message/1', 'state/m.room.topic', 'state/m.room.topic/key']) {
    const delayed = `/rooms/${encodeURIComponent(roomId)}/${path}?org.matrix.msc4140.delay=60000`
    const { status, body } = await alice.call(delayed, { method: 'PUT', body: { body: 'later' } })
    assert.deepEqual([status, body.errcode], [400, 'M_UNRECOGNIZED'])
  }
  assert.ok(!(await alice.history(roomId)).some(({ content }) => content.body === 'later'))
})
