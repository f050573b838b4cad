// Files with real clients, at the CI server, by the operator, and through a crash.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from 'matrix-js-sdk'
import { call, ok, User } from './testing/api.ts'
import { CiServer, myelin } from './testing/ci-server.ts'
import { download, mediaPath, upload } from './testing/media.ts'
import { eventually } from './testing/network.ts'
import { notify } from './testing/notifier.ts'
import { quiet } from './testing/quiet-logger.ts'
import { ServerProcess, TestServer } from './testing/server.ts'

test('matrix-js-sdk uploads and downloads', async () => {
  await using server = await TestServer.start()
  const { userId, token } = await server.user('alice')
  const client = createClient({ baseUrl: server.baseUrl, accessToken: token, userId, logger: quiet })
  const { content_uri: uri } = await client.uploadContent(new Blob(['hello']), {
    name: 'hello.txt',
    type: 'text/plain',
  })
  const url = client.mxcUrlToHttp(uri, undefined, undefined, undefined, false, true, true)
  const response = await fetch(url ?? '', { headers: { authorization: `Bearer ${token}` } })
  assert.equal(response.headers.get('content-disposition'), 'inline; filename="hello.txt"')
  assert.equal(await response.text(), 'hello')
  assert.equal((await client.getMediaConfig(true))['m.upload.size'], 50 * 1024 * 1024)
})

test('at the CI server users upload by myelin-notify, and strangers do not', async () => {
  await using server = new CiServer()
  await server.addUser('ci', 'ci password')
  const { client: baseUrl } = await server.start()
  const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'ci' }, password: 'ci password' }
  const ci = new User(baseUrl, await ok(call(baseUrl, '/_matrix/client/v3/login', { body })))
  const roomId = await ci.createRoom({ visibility: 'public', room_alias_name: 'builds' })
  const file = join(server.folder, 'build "1".log')
  writeFileSync(file, 'all is well')
  const variables = {
    MYELIN_NOTIFY_HOMESERVER: baseUrl,
    MYELIN_NOTIFY_USER: 'ci',
    MYELIN_NOTIFY_PASSWORD: 'ci password',
  }
  const outcome = await notify(['upload', file, '--room', roomId], { variables })
  assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout)
  const { content } = (await ci.history(roomId)).at(-1)
  const got = await download(ci, content.url)
  assert.equal(got.body.toString(), 'all is well')
  assert.equal(got.headers.get('content-disposition'), String.raw`inline; filename="build \"1\".log"`)
  const refusals = [
    await call(baseUrl, '/_matrix/media/v3/upload', { raw: 'x' }),
    await call(baseUrl, mediaPath('download', content.url)),
    await call(baseUrl, `/_matrix/media/v3/download/${content.url.slice('mxc://'.length)}`),
  ]
  assert.deepEqual(
    refusals.map((each) => each.body.errcode),
    ['M_MISSING_TOKEN', 'M_MISSING_TOKEN', 'M_NOT_FOUND'],
  )
})

test('the operator puts a file into quarantine, takes it out, deletes it, and forgets what others sent', async () => {
  await using server = await ServerProcess.start()
  const alice = await User.register(server.baseUrl, 'alice')
  const uri = await upload(alice, Buffer.from('x'))
  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await myelin(['media', ...words, '--data', server.data, '--server-name', 'hs1'])
    assert.equal(code, 0, stderr)
    return stdout
  }
  const status = async () => (await download(alice, uri)).status
  await run('quarantine', uri)
  assert.equal(await status(), 404)
  await run('quarantine', uri, '--release')
  assert.equal(await status(), 200)
  await run('delete', uri)
  assert.equal(await status(), 404)
  assert.equal(await run('purge-remote', '--days', '0'), '0 files of other servers are gone, 0 bytes.\n')
  const path = `/_myelin/admin/v1/media/${uri.slice('mxc://'.length)}`
  const { body } = await call(server.baseUrl, path, { method: 'DELETE', token: alice.token })
  assert.equal(body.errcode, 'M_FORBIDDEN')
})

test('an upload that kill -9 cuts leaves nothing, and one that was acknowledged is there', async () => {
  await using server = await ServerProcess.start()
  const alice = await User.register(server.baseUrl, 'alice')
  const bytes = randomBytes(3_000_000)
  const uri = await upload(alice, bytes)
  const outgoing = request(`${server.baseUrl}/_matrix/media/v3/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${alice.token}`, 'content-length': bytes.length },
  })
  outgoing.on('error', () => undefined).write(bytes.subarray(0, 2_000_000))
  const incoming = () => readdirSync(join(server.data, 'media/incoming')).length
  await eventually(async () => incoming() === 1 || undefined)
  await server.kill('SIGKILL')
  await server.start()
  assert.equal(incoming(), 0)
  assert.equal(readdirSync(join(server.data, 'media/files'), { recursive: true }).length, 2)
  const { body } = await download(alice, uri)
  assert.ok(bytes.equals(body))
})
