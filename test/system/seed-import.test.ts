// The store of ocaml-matrix taken over: one made by `git fast-import`, with what its server writes and what it should not have.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { eventIdOf } from '@myelin/algorithms/hashes'
import type { JsonObject } from '@myelin/algorithms/json'
import { roomVersion } from '@myelin/algorithms/room-version'
import { signEvent, signingKeyFromPem, signingKeyFromSeed, type SigningKey } from '@myelin/algorithms/signatures'
import { call, ok, User } from './testing/api.ts'
import { CiServer, myelin, type CiServerAddresses } from './testing/ci-server.ts'
import { comesTrue } from './testing/git.ts'

const rules = roomVersion('6')!
const roomId = '!0f8c1a54-5a0c-4a3b-8f0e-1f6f3c1f7a10:localhost'
const encoded = encodeURIComponent

/** Events as ocaml-matrix makes them: every state event cites what came before it. */
class SeedRoom {
  readonly events = new Map<string, JsonObject>()
  readonly state = new Map<string, string>()
  #head: string[] = []
  #depth = 0

  add(key: SigningKey, fields: { type: string; content: JsonObject; state_key?: string; sender: string }): string {
    const cited = [
      ['m.room.create', ''],
      ['m.room.power_levels', ''],
      ['m.room.member', fields.sender],
      ...(fields.type === 'm.room.member' ? [['m.room.join_rules', '']] : []),
    ].flatMap(([type, stateKey]) => this.state.get(`${type}/${stateKey}`) ?? [])
    const server = fields.sender.split(':')[1] ?? ''
    const unsigned = {
      ...{ ...fields, room_id: roomId, auth_events: cited, prev_events: this.#head, prev_state: [] },
      ...{ depth: ++this.#depth, origin: server, origin_server_ts: 1_650_000_000_000 + this.#depth * 1000 },
    }
    const event = signEvent(unsigned, rules, { serverName: server, key })
    const eventId = eventIdOf(event, rules)
    this.events.set(eventId.slice(1), event)
    if (fields.state_key !== undefined) this.state.set(`${fields.type}/${fields.state_key}`, eventId)
    this.#head = [eventId]
    return eventId
  }
}

/** One commit of a flat tree, as Irmin makes it. */
function fastImport(folder: string, files: ReadonlyMap<string, string | Buffer>): string {
  const data = (content: string | Buffer) => {
    const bytes = Buffer.from(content)
    return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')])
  }
  const head = Buffer.from('commit refs/heads/main\ncommitter localhost <irmin@openmirage.org> 1650000000 +0000\n')
  const rows = Array.from(files, ([path, content]) =>
    Buffer.concat([Buffer.from(`M 100644 inline ${JSON.stringify(path)}\n`), data(content)]),
  )
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: folder,
    input: Buffer.concat([head, data('set message'), ...rows]),
  })
  return execFileSync('git', ['rev-parse', 'main'], { cwd: folder, encoding: 'utf8' }).trim()
}

describe('a store of ocaml-matrix', () => {
  let server: CiServer
  let seedCommit: string
  let addresses: CiServerAddresses
  let ci: User
  let said: string
  let forgedId: string
  const room = new SeedRoom()
  const foreign = signingKeyFromSeed('ed25519:remote', Buffer.alloc(32, 9))

  const logIn = async (user: string, password: string) => {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password }
    return call(addresses.client, '/_matrix/client/r0/login', { body })
  }

  before(() => {
    server = new CiServer()
    const key = signingKeyFromPem('ed25519:foo', readFileSync(server.keyPath, 'utf8'))
    const sender = '@ci:localhost'
    const set = (type: string, content: JsonObject, stateKey = '') =>
      room.add(key, { type, content, sender, state_key: stateKey })
    set('m.room.create', { creator: sender, room_version: '6' })
    set('m.room.member', { membership: 'join', displayname: sender }, sender)
    set('m.room.power_levels', { users: { [sender]: 100 }, users_default: -1 })
    set('m.room.join_rules', { join_rule: 'public' })
    set('m.room.history_visibility', { history_visibility: 'shared' })
    set('m.room.canonical_alias', { alias: '#builds:localhost' })
    set('m.room.name', { name: 'Builds' })
    const message = { type: 'm.room.message', content: { msgtype: 'm.text', body: 'Commit 1' } }
    said = room.add(key, { ...message, sender })
    const reader = '@reader:elsewhere.org'
    room.add(foreign, { type: 'm.room.member', content: { membership: 'join' }, sender: reader, state_key: reader })
    room.add(key, { type: 'm.room.message', content: { msgtype: 'm.text', body: 'Commit 2' }, sender })

    const forger = signingKeyFromSeed('ed25519:foo', Buffer.alloc(32, 3))
    forgedId = room.add(forger, { type: 'm.room.message', content: { body: 'forged' }, sender })

    const salt = randomBytes(32)
    const files = new Map<string, string | Buffer>()
    for (const [id, event] of room.events) files.set(`events/${id}`, JSON.stringify(event))
    const damaged = { ...room.events.get(said.slice(1)), content: { body: 'something else' } }
    files.set('events/not-its-id', JSON.stringify(damaged))
    files.set('events/nonsense', '{')
    for (const [name, eventId] of room.state)
      files.set(`rooms/${roomId}/state/${name.replace(/\/$/, '')}`, eventId.slice(1))
    files.set(`rooms/${roomId}/head`, JSON.stringify([[...room.events.keys()].at(-1)]))
    files.set('aliases/builds', roomId)
    files.set('users/@ci:localhost/username', '@ci:localhost')
    files.set('users/@ci:localhost/salt', salt)
    files.set('users/@ci:localhost/password', createHmac('blake2b512', salt).update('old password').digest('hex'))
    files.set('tokens/0a1b2c/device', 'device-1')
    files.set('tokens/0a1b2c/expires_at', '1650003600.')
    files.set('devices/device-1/user_id', '@ci:localhost')
    files.set('keys/elsewhere.org/ed25519:remote/key', Buffer.from(foreign.publicKey).toString('base64'))
    files.set('keys/elsewhere.org/ed25519:remote/valid_until', '1650003600000.')
    seedCommit = fastImport(server.store, files)
  })
  after(() => server[Symbol.asyncDispose]())

  test('tells in a dry run what would be taken over, and what not and why', async () => {
    const line = ['import-seed', server.store, 'localhost', `foo,${server.keyPath}`, '--dry-run']
    const { stdout, stderr, code } = await myelin(line)
    assert.equal(code, 1)
    assert.match(stdout, /Nothing was written/)
    assert.match(stderr, /1 users, 1 rooms with 10 events, 1 keys of other servers/)
    assert.match(stderr, /\$not-its-id: it is another event/)
    assert.match(stderr, /\$nonsense: it is not JSON/)
    assert.ok(stderr.includes(`${forgedId}: the signature of localhost is not valid`), stderr)
  })

  test('is taken over at the first start: rooms by their aliases, with everything that was said', async () => {
    addresses = await server.start()
    const path = `/_matrix/client/r0/directory/room/${encoded('#builds:localhost')}`
    assert.equal((await ok(call(addresses.client, path))).room_id, roomId)
    ci = new User(addresses.client, await ok(logIn('ci', 'old password')))
    const history = await ci.history(roomId)
    const bodies = history.filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body)
    assert.deepEqual(bodies, ['Commit 1', 'Commit 2'])
    assert.ok(history.some(({ event_id }) => event_id === said))
    const { joined } = await ci.get(`/rooms/${encoded(roomId)}/joined_members`)
    assert.deepEqual(Object.keys(joined).toSorted(), ['@ci:localhost', '@reader:elsewhere.org'])
  })

  test('keeps the passwords, which are hashed anew at the first login', async () => {
    assert.equal((await logIn('ci', 'another password')).status, 403)
    assert.equal((await logIn('ci', 'old password')).status, 200)
    await server.stop()
    using database = new DatabaseSync(join(server.store, '.git/matrix/myelin.db'), { readOnly: true })
    const [account] = database.prepare('SELECT password_hash AS hash FROM accounts').all()
    assert.match(String(account?.['hash']), /^\$argon2id\$/)
    addresses = await server.start()
    ci = new User(addresses.client, await ok(logIn('ci', 'old password')))
  })

  test('keeps its commits: those of the ledger follow the last of them, without its secrets', async () => {
    await ci.say(roomId, 'Commit 3')
    await comesTrue(() => assert.match(server.git('log', '-1', '-p', 'content'), /Commit 3/))
    assert.equal(server.git('rev-list', '--first-parent', 'main').split('\n').at(-1), seedCommit)
    const files = server.git('ls-tree', '-r', '--name-only', 'main')
    assert.match(files, /^rooms\/builds\/state\.json$/m)
    assert.match(files, /^keys\/elsewhere\.org\.json$/m)
    assert.doesNotMatch(files, /^(users|tokens|devices|events|aliases)\//m)
    await server.stop()
    const { stdout, stderr, code } = await myelin(['ledger', 'verify', server.store])
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /1 of others/)
  })

  test('is not taken over twice', async () => {
    const report = readFileSync(join(server.store, '.git/matrix/seed-import.json'), 'utf8')
    addresses = await server.start()
    assert.equal(readFileSync(join(server.store, '.git/matrix/seed-import.json'), 'utf8'), report)
    ci = new User(addresses.client, await ok(logIn('ci', 'old password')))
    assert.equal((await ci.history(roomId)).filter(({ content }) => content.body === 'Commit 1').length, 1)
  })
})
