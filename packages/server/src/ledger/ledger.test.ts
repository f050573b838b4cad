// The ledger beside rooms in use: that it follows, and what it makes of large rooms. What it costs, `bench ledger` tells.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemEnvironment } from '../environment.ts'
import { createLog } from '../http/log.ts'
import { openTestRooms, say, type TestRooms } from '../rooms/testing/open-rooms.ts'
import { openRepository } from './git/repository.ts'
import { Ledger } from './ledger.ts'
import { verifyLedger } from './verify.ts'
import { viewLedger } from './ledger-view.ts'
import { allStateEntries, changeStateFiles, stateEntryOf, stateKeyOf } from './state-files.ts'
import { Folder } from './git/tree.ts'

const messages = 1_000
/** The key with which the rooms of the test sign. */
const testKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
})
  .export({ type: 'pkcs8', format: 'pem' })
  .toString()
const log = createLog({ level: 'error', format: 'line' })

describe('the ledger', () => {
  let folder: string
  let testRooms: TestRooms
  let roomId: string
  const users: Awaited<ReturnType<TestRooms['user']>>[] = []
  const git = (name: string, ...parameters: string[]) =>
    execFileSync('git', parameters, { cwd: join(folder, name), encoding: 'utf8' }).trim()

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'myelin-ledger-'))
    testRooms = await openTestRooms({ folder: join(folder, 'data') })
    for (let n = 0; n < 50; n++) users.push(await testRooms.user(`user${n}`))
    roomId = await testRooms.rooms.create({ by: users[0]!, request: { preset: 'public_chat' } })
    for (const by of users.slice(1)) await testRooms.rooms.join(roomId, { by })
  })
  after(async () => {
    await testRooms[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const start = (name: string) =>
    Ledger.start({
      store: testRooms.store,
      environment: systemEnvironment,
      log,
      keys: { active: { keyId: 'ed25519:test', pem: testKey }, old: {} },
      config: {
        data: join(folder, 'data'),
        serverName: 'example.org',
        'ledger.folder': join(folder, name),
        'ledger.content': 'all',
        'ledger.flushMs': 20,
        'ledger.checkout': 'off',
        'ledger.remote': '',
        'ledger.pushIntervalMs': 60_000,
      },
    })

  async function talk(): Promise<void> {
    for (let sent = 0; sent < messages; sent += users.length)
      await Promise.all(users.map((by) => say(testRooms.rooms, roomId, { by, body: 'hello' })))
  }

  test('follows while people talk, and from the beginning, to the same commits', async () => {
    await talk()
    const ledger = await start('first')
    await talk()
    await ledger[Symbol.asyncDispose]()
    const again = await start('second')
    await again[Symbol.asyncDispose]()
    const { events, lagEntries, lagMs } = again.status()
    assert.deepEqual([lagEntries, lagMs], [0, 0])
    assert.ok(events > 2 * messages)
    assert.equal(git('second', 'rev-parse', 'HEAD'), git('first', 'rev-parse', 'HEAD'))
    git('second', 'fsck', '--strict')
    assert.deepEqual(verifyLedger({ folder: join(folder, 'second') }).problems, [])
    // Everything was made here: nothing is cited that is not held.
    assert.throws(() => git('second', 'grep', '-q', 'not_held', 'HEAD'))
  })

  test('is written by one server at a time', async () => {
    const ledger = await start('third')
    await assert.rejects(start('third'), /in use/)
    await ledger[Symbol.asyncDispose]()
  })

  test('spreads the members of a large room over files, so that a change rewrites one small one', () => {
    using repository = openRepository(join(folder, 'second'))
    const { main } = viewLedger(repository)
    const tree = new Folder(repository.objects)
    assert.ok(main.folder('rooms'))
    const entryOf = (n: number, membership = 'join') => {
      const user = `@user${n}:example.org`
      const entry = { type: 'm.room.member', state_key: user, sender: user, event_id: `$${n}`, content: { membership } }
      return { key: stateKeyOf('m.room.member', user), entry }
    }
    const all = Array.from({ length: 20_000 }, (_, n) => entryOf(n))
    for (let n = 0; n < all.length; n += 1_000) changeStateFiles(tree, 'rooms/x/members', all.slice(n, n + 1_000))
    const filesOf = () =>
      new Map(
        tree
          .folder('rooms/x/members')
          ?.names()
          .map((name) => [name, tree.fileId(`rooms/x/members/${name}`)]),
      )
    const before = filesOf()
    changeStateFiles(tree, 'rooms/x/members', [entryOf(7, 'leave')])
    const changed = [...filesOf()].filter(([name, id]) => before.get(name) !== id)
    assert.equal(changed.length, 1)
    assert.ok((tree.text(`rooms/x/members/${changed[0]?.[0]}`)?.split('\n').length ?? 0) < 514)
    assert.equal(allStateEntries(tree, 'rooms/x/members').length, all.length)
    assert.deepEqual(stateEntryOf(tree, 'rooms/x/members', entryOf(7).key)?.content, { membership: 'leave' })
  })
})
