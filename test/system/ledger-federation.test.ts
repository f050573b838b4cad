// Ledgers of two servers that share rooms: forks, a redaction from the other side, history from before the join.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemEnvironment } from '@myelin/server/environment'
import { Ledger } from '@myelin/server/ledger/ledger'
import { verifyLedger } from '@myelin/server/ledger/verify'
import type { User } from './testing/api.ts'
import { myelinHere } from './testing/command-line.ts'
import { comesTrue, everythingReachable, gitIn } from './testing/git.ts'
import { eventually, Network, type NetworkServer } from './testing/network.ts'

describe('the ledgers of two servers that share a room', () => {
  let net: Network
  let folder: string
  let alice: User
  let bob: User
  let roomId: string
  const ledgers = new Map<string, Ledger>()

  const path = () => `/rooms/${encodeURIComponent(roomId)}`
  const placeOf = (name: string) => join(folder, name)
  const startLedger = async ({ serverName, services }: NetworkServer) => {
    const { config, store, keys, log } = services
    const ours = {
      ...config,
      'ledger.folder': placeOf(serverName),
      'ledger.content': 'all',
      'ledger.flushMs': 0,
    } as const
    ledgers.set(serverName, await Ledger.start({ store, keys, log, environment: systemEnvironment, config: ours }))
  }
  const said = async (user: User) =>
    (await user.history(roomId)).flatMap(({ content }) => (content.body as string | undefined) ?? [])
  const hears = (user: User, body: string) => eventually(async () => (await said(user)).includes(body) || undefined)
  const hasWritten = (name: string, text: RegExp) =>
    comesTrue(() => assert.match(everythingReachable(placeOf(name)), text))

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'myelin-ledgers-'))
    net = await Network.create(2)
    for (const server of net.servers) await startLedger(server)
    alice = await net.server(0).user('alice')
    bob = await net.server(1).user('bob')
    roomId = await alice.createRoom({ preset: 'public_chat', name: 'Shared' })
    for (let n = 0; n < 20; n++) await alice.say(roomId, `before ${n}`)
    await bob.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
  })
  after(async () => {
    for (const ledger of ledgers.values()) await ledger[Symbol.asyncDispose]()
    await net[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('both verify after forks, a redaction from the other side, and history fetched from before the join', async () => {
    assert.ok((await said(bob)).includes('before 0'), 'what was said before the join has been fetched')
    const secret = await bob.say(roomId, 'hunter2')
    await hears(alice, 'hunter2')
    // Both speak, and change the state, before they have heard one another.
    for (let round = 0; round < 10; round++)
      await Promise.all([
        alice.say(roomId, `alice ${round}`),
        bob.say(roomId, `bob ${round}`),
        alice.put(`${path()}/state/m.room.topic/`, { topic: `round ${round}` }),
      ])
    await alice.put(`${path()}/redact/${encodeURIComponent(secret)}/1`, { reason: 'oops' })
    await Promise.all([hears(alice, 'bob 9'), hears(bob, 'alice 9')])
    // It follows both.
    await alice.say(roomId, 'the end')
    await hears(bob, 'the end')
    for (const name of ledgers.keys()) {
      await hasWritten(name, /the end/)
      const report = verifyLedger({ folder: placeOf(name) })
      assert.deepEqual(report.problems, [], name)
      assert.equal(report.rooms, 1)
      assert.equal(report.unjudged, 0)
      gitIn(placeOf(name), 'fsck', '--strict')
      const everything = everythingReachable(placeOf(name))
      assert.match(everything, /"prev_events":\["[^"]+","/, 'there were forks')
      assert.equal(everything.includes('before 0'), name === 'hs1.test', 'what is fetched is not written')
      await comesTrue(() => assert.doesNotMatch(everythingReachable(placeOf(name)), /hunter2/))
    }
  })

  test('both show the same state', async () => {
    const stateIn = (name: string) => {
      const [file = ''] =
        gitIn(placeOf(name), 'ls-tree', '-r', '--name-only', 'HEAD').match(/rooms\/.*\/state\.json/) ?? []
      return gitIn(placeOf(name), 'show', `HEAD:${file}`)
    }
    await comesTrue(() => assert.equal(stateIn('hs2.test'), stateIn('hs1.test')))
  })

  test('where the room was made it is restored; where it was joined, verify counts it and restore tells to join again', async () => {
    const made = await myelinHere(['ledger', 'restore', placeOf('hs1.test'), '--into', join(folder, 'made')])
    assert.equal(made.code, 0, made.stderr)
    assert.match(made.stdout, /^1 of 1 rooms are in /m)
    const verified = await myelinHere(['ledger', 'verify', placeOf('hs2.test')])
    assert.equal(verified.code, 0, verified.stderr)
    const joined = await myelinHere(['ledger', 'restore', placeOf('hs2.test'), '--into', join(folder, 'joined')])
    assert.equal(joined.code, 1)
    assert.match(joined.stderr, /began on another server.*join it again.*through hs1\.test/)
    assert.match(joined.stdout, /^0 of 1 rooms are in /m)
  })
})
