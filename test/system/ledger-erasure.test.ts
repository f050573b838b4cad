// What a user asked to have erased is not in the ledger any more.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemEnvironment } from '@myelin/server/environment'
import { Ledger } from '@myelin/server/ledger/ledger'
import { verifyLedger } from '@myelin/server/ledger/verify'
import { comesTrue, everythingReachable, gitIn } from './testing/git.ts'
import { Network } from './testing/network.ts'

let net: Network
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'myelin-erasure-'))
  net = await Network.create(1)
})
after(async () => {
  await net[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

function startLedger(name: string): Promise<Ledger> {
  const { config, store, keys, log } = net.server(0).services
  const ours = { ...config, 'ledger.folder': join(folder, name), 'ledger.content': 'all', 'ledger.flushMs': 0 } as const
  return Ledger.start({ store, keys, log, environment: systemEnvironment, config: ours })
}

test('who is deactivated and erased takes their words and profile along, from rooms they had left too', async () => {
  const ledger = await startLedger('ledger')
  const [alice, bob] = [await net.server(0).user('alice'), await net.server(0).user('bob')]
  await bob.put(`/profile/${encodeURIComponent(bob.userId)}/displayname`, { displayname: 'Bob the Builder' })
  const rooms = [
    await alice.createRoom({ preset: 'public_chat' }),
    await bob.createRoom({ preset: 'public_chat', name: 'A room of bob' }),
  ]
  for (const [index, roomId] of rooms.entries()) {
    for (const user of [alice, bob]) {
      await user.join(roomId)
      await user.say(roomId, `${user.userId} speaks in room ${index}`)
    }
    await bob.say(roomId, 'my address is Elm Street')
  }
  await bob.post(`/rooms/${encodeURIComponent(rooms[0]!)}/leave`)
  const git = (...parameters: string[]) => gitIn(join(folder, 'ledger'), ...parameters)
  await comesTrue(() => assert.match(everythingReachable(join(folder, 'ledger')), /Elm Street/))
  const head = git('rev-parse', 'HEAD')
  const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'bob' }, password: 'bob password' }
  await bob.post('/account/deactivate', { auth, erase: true })
  await comesTrue(() =>
    assert.doesNotMatch(everythingReachable(join(folder, 'ledger')), /Elm Street|@bob:\S+ speaks|the Builder/),
  )
  const everything = everythingReachable(join(folder, 'ledger'))
  for (const kept of ['@alice:hs1.test speaks in room 0', '@alice:hs1.test speaks in room 1', 'A room of bob'])
    assert.ok(everything.includes(kept), kept)
  git('merge-base', '--is-ancestor', head, 'HEAD')
  await ledger[Symbol.asyncDispose]()
  assert.deepEqual(verifyLedger({ folder: join(folder, 'ledger') }).problems, [])
  const again = await startLedger('again')
  await again[Symbol.asyncDispose]()
  assert.equal(gitIn(join(folder, 'again'), 'rev-parse', 'HEAD'), git('rev-parse', 'HEAD'))
  assert.equal(gitIn(join(folder, 'again'), 'rev-parse', 'content^{tree}'), git('rev-parse', 'content^{tree}'))
})
