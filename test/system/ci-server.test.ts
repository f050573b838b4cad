// The CI server as the README of ocaml-matrix has it: key by openssl, store by git, launch, user, client.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { call, ok, User, type Call, type Reply } from './testing/api.ts'
import { CiServer, myelin, type CiServerAddresses } from './testing/ci-server.ts'
import { notify } from './testing/notifier.ts'
import { TestServer } from './testing/server.ts'

const refused = ({ status, body }: Reply, wantedStatus: number, errcode: string) =>
  assert.deepEqual([status, body.errcode], [wantedStatus, errcode], JSON.stringify(body))

const encoded = encodeURIComponent

/** GET over TLS, whoever signed the certificate. */
async function getOverTls(url: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  request(url, { rejectUnauthorized: false, agent: false }, (response) => text(response).then(resolve, reject))
    .on('error', reject)
    .end()
  return JSON.parse(await promise)
}

describe('myelin ci-server', () => {
  let server: CiServer
  let addresses: CiServerAddresses
  let ci: User
  let bob: User
  let roomId: string

  const logIn = async (user: string, password: string) => {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password }
    return new User(addresses.client, await ok(call(addresses.client, '/_matrix/client/r0/login', { body })))
  }
  /** As clients of ocaml-matrix call: r0, the token in the query. */
  const asThen = (user: User, path: string, options: Call = {}) =>
    call(addresses.client, `/_matrix/client/r0${path}?access_token=${encoded(user.token)}`, options)

  before(() => {
    server = new CiServer()
    server.git('branch', 'first')
  })
  after(() => server[Symbol.asyncDispose]())

  test('users are made in the store before the server runs, and a name is taken once', async () => {
    const setup = (...parameters: string[]) => myelin(['ci-server-setup', 'user', server.store, ...parameters])
    const made = await setup('@ci:localhost', 'ci password')
    assert.deepEqual([made.code, made.stdout], [0, 'Made @ci:localhost.\n'])
    assert.match(made.stderr, /can read a password on the command line/)
    assert.equal((await setup('@ci:localhost', 'another')).code, 1)
  })

  test('it starts, and publishes the key by its name', async () => {
    addresses = await server.start()
    const { server_name, verify_keys } = (await getOverTls(`${addresses.federation}/_matrix/key/v2/server`)) as {
      server_name: string
      verify_keys: unknown
    }
    const { x } = createPublicKey(readFileSync(server.keyPath)).export({ format: 'jwk' })
    const key = Buffer.from(String(x), 'base64url').toString('base64').replace(/=+$/, '')
    assert.deepEqual([server_name, verify_keys], ['localhost', { 'ed25519:foo': { key } }])
  })

  test('users are made while it runs, their passwords read from standard input', async () => {
    const setup = (password: string) =>
      myelin(['ci-server-setup', 'user', server.store, '@bob:localhost', '-'], `${password}\n`)
    const made = await setup('bob password')
    assert.deepEqual([made.code, made.stdout, made.stderr], [0, 'Made @bob:localhost.\n', ''])
    assert.equal((await setup('another')).code, 1)
  })

  test('they log in, create a public room with an alias, and send, all as in r0', async () => {
    ci = await logIn('ci', 'ci password')
    bob = await logIn('bob', 'bob password')
    const body = { visibility: 'public', room_alias_name: 'builds', name: 'Builds' }
    const created = await ok(asThen(ci, '/createRoom', { body }))
    const path = `/_matrix/client/r0/directory/room/${encoded('#builds:localhost')}`
    roomId = (await ok(call(addresses.client, path))).room_id
    assert.equal(roomId, created.room_id)
    const message = { msgtype: 'm.text', body: 'It builds' }
    await ok(asThen(ci, `/rooms/${encoded(roomId)}/send/m.room.message/1`, { method: 'PUT', body: message }))
  })

  test('who joins reads, and speaks only when given the power to', async () => {
    await bob.join('#builds:localhost')
    const { rooms } = await bob.sync()
    const events = rooms.join[roomId].timeline.events as { content: { body?: string } }[]
    assert.ok(events.some(({ content }) => content.body === 'It builds'))
    const path = `/rooms/${encoded(roomId)}/send/m.room.message/2`
    const message = { method: 'PUT', body: { msgtype: 'm.text', body: 'Me too' } }
    refused(await bob.call(path, message), 403, 'M_FORBIDDEN')
    const levels = await ci.get(`/rooms/${encoded(roomId)}/state/m.room.power_levels`)
    assert.equal(levels.users_default, -1)
    const users = { ...levels.users, [bob.userId]: 0 }
    await ci.put(`/rooms/${encoded(roomId)}/state/m.room.power_levels`, { ...levels, users })
    await ok(bob.call(path, message))
  })

  test('the rest is locked', async () => {
    const anybody = (path: string, body?: unknown) => call(addresses.client, `/_matrix/client/v3${path}`, { body })
    const auth = { type: 'm.login.dummy' }
    refused(await anybody('/register', { username: 'eve', password: 'x', auth }), 403, 'M_FORBIDDEN')
    refused(await anybody('/register?kind=guest', {}), 403, 'M_FORBIDDEN')
    refused(await anybody('/register/available?username=eve'), 403, 'M_FORBIDDEN')
    refused(await bob.call(`/presence/${encoded(ci.userId)}/status`), 403, 'M_FORBIDDEN')
    refused(await bob.call('/createRoom', { body: {} }), 403, 'M_FORBIDDEN')
    refused(await bob.call('/createRoom', { body: { visibility: 'public' } }), 400, 'M_INVALID_ROOM_STATE')
    refused(await bob.call(`/knock/${encoded(roomId)}`, { body: {} }), 403, 'M_FORBIDDEN')
    refused(await bob.call('/account/3pid'), 403, 'M_THREEPID_DENIED')
    refused(await anybody('/sync'), 401, 'M_MISSING_TOKEN')
  })

  test("the client's old flags announce the newest commit in the rooms it has joined", async () => {
    const passwordFile = join(server.folder, 'password')
    writeFileSync(passwordFile, 'ci password\n')
    const { hostname, port } = new URL(addresses.client)
    const flags = ['--matrix-host', hostname, '--matrix-port', port, '--matrix-scheme', 'http']
    const account = ['--matrix-user', 'ci', '--matrix-passfile', passwordFile]
    const project = join(server.folder, 'project')
    execFileSync('git', ['clone', '-q', '--no-hardlinks', '--branch', 'first', server.store, project])
    const { code, stdout, stderr } = await notify([...flags, ...account], { cwd: project })
    assert.equal(code, 0, stdout + stderr)
    const last = (await bob.history(roomId)).at(-1)
    assert.equal(last.sender, '@ci:localhost')
    assert.match(last.content.body, /First/)
  })

  test('the store stays the repository that it was, and holds everything over a restart', async () => {
    const before = (await bob.history(roomId)).length
    await server.stop()
    assert.equal(server.git('status', '--porcelain'), '')
    assert.match(server.git('log', '--format=%s', '--reverse'), /^First\ncreate room builds\n/)
    addresses = await server.start()
    const again = await logIn('bob', 'bob password')
    assert.equal((await again.history(roomId)).length, before)
  })

  test('a line that cannot be meant says why', async () => {
    const line = (...parameters: string[]) => myelin(['ci-server', ...parameters, `--store_path=${server.store}`])
    const mistakes = [
      [['localhost', 'foo'], /'foo' is not KEY_NAME,KEY_PATH/],
      [['localhost', 'foo,/nowhere.pem'], /openssl genpkey -algorithm Ed25519 -out \/nowhere\.pem/],
      [['localhost', `foo,${server.keyPath}`, '--verbosity', 'loud'], /'loud' is none of/],
    ] as const
    for (const [parameters, complaint] of mistakes) {
      const { code, stderr } = await line(...parameters)
      assert.equal(code, 2)
      assert.match(stderr, complaint)
    }
  })
})

test('elsewhere a token in the query is none, unless legacyQueryToken is on', async () => {
  await using server = await TestServer.start()
  const { token } = await server.user('alice')
  const path = `/_matrix/client/v3/account/whoami?access_token=${encoded(token)}`
  refused(await call(server.baseUrl, path), 401, 'M_MISSING_TOKEN')
  assert.equal((await call(server.baseUrl, path, { token })).status, 200)
})
