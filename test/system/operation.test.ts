// What is there for the people who run a server, and what is refused because it is not there yet.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { call, ok } from './testing/api.ts'
import { TestServer } from './testing/server.ts'
import { myelinCommand } from './testing/commands.ts'

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

test('a mistake of the operator is told in words, without a stack, and ends the process', async () => {
  await using server = await TestServer.start()
  const folder = mkdtempSync(join(tmpdir(), 'myelin-mistakes-'))
  const pem = join(folder, 'not.pem')
  writeFileSync(pem, 'not a certificate')
  const taken = new URL(server.baseUrl).host
  const myelin = (...words: string[]) =>
    spawnSync(process.execPath, [myelinCommand, ...words], { encoding: 'utf8', timeout: 20_000, input: 'password\n' })
  const serve = (data: string, ...options: string[]) =>
    myelin('serve', '--data', data, '--listen', '127.0.0.1:0', ...options)
  const mistakes = [
    [serve(folder, '--listen', taken), /EADDRINUSE/],
    [serve(folder, '--server-name', 'other.example'), /belongs to the server localhost, not other\.example/],
    [serve(folder, '--listen-tls', '127.0.0.1:0', '--tls-cert', pem, '--tls-key', pem), /not a certificate/],
    [serve(pem), /ENOTDIR/],
    [serve(server.data, '--server-name', 'hs1'), /in use by another Myelin process/],
    [myelin('key', 'rotate', 'next', '--data', server.data), /in use by another Myelin process/],
    [myelin('user', 'add', 'Not A Name', '--data', folder), /characters a-z/],
  ] as const
  rmSync(folder, { recursive: true })
  for (const [{ status, stderr }, words] of mistakes) {
    assert.match(stderr, words)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
    assert.equal(status, 2)
  }
})
