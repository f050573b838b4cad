// Sending to thousands of servers: those that are away cost little, and those that are slow hold nobody else up.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { openTestStore } from '../store/testing/open-store.ts'
import { journalKind, type Store } from '../store/store.ts'
import { FederationError } from './federation-error.ts'
import type { OutgoingSource } from './outgoing.ts'
import { createPeerClient } from './peer-client.ts'
import { Reachability } from './reachability.ts'
import { Sender } from './sender.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { testKey } from './testing/open-peers.ts'
import type { Transport } from './transport.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const turn = () => new Promise((resolve) => setImmediate(resolve))
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}

const names = (count: number, kind: string) => Array.from({ length: count }, (_, n) => `${kind}${n}.test`)
const fine = () => ({ status: 200, headers: {}, body: Readable.from([Buffer.from('{"pdus":{}}')]) })

class World implements AsyncDisposable {
  readonly clock: ManualClock
  readonly store: Store
  readonly sender: Sender
  #events = 0

  private constructor({ clock, store, sender }: Pick<World, 'clock' | 'store' | 'sender'>) {
    this.clock = clock
    this.store = store
    this.sender = sender
  }

  static async open(destinations: readonly string[], send: Transport['send']): Promise<World> {
    return World.#start({ clock: new ManualClock(), store: await openTestStore() }, destinations, send)
  }

  /** Another run on the same data. */
  static reopen({ clock, store }: World, destinations: readonly string[], send: Transport['send']): Promise<World> {
    return World.#start({ clock, store }, destinations, send)
  }

  static async #start(
    { clock, store }: Pick<World, 'clock' | 'store'>,
    destinations: readonly string[],
    send: Transport['send'],
  ): Promise<World> {
    const source: OutgoingSource = {
      outgoing: async (entries) =>
        entries.map(({ position, ref }) => ({ kind: 'pdu', position, eventNid: ref, destinations })),
      pdus: async (nids) => new Map(nids.map((nid) => [nid, `{"nid":${nid}}`])),
    }
    const serverName = 'us.test'
    const reachability = new Reachability(clock)
    const parts = { serverName, environment: clock, reachability }
    const peers = createPeerClient({ ...parts, key: testKey(1), transport: { send } })
    return new World({ clock, store, sender: await Sender.start({ ...parts, store, peers, source }) })
  }

  async events(count: number): Promise<void> {
    await this.store.write((w) => {
      for (let n = 0; n < count; n++) w.journal({ kind: journalKind.event, room: 1, user: 0, ref: ++this.#events })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sender[Symbol.asyncDispose]()
    await this.store[Symbol.asyncDispose]()
  }
}

test('5,000 servers that are away take little memory, however much they miss', async () => {
  const away = names(5_000, 'away')
  await using world = await World.open(away, async (serverName) => {
    throw new FederationError('unreachable', serverName, 'cannot be reached: no connection')
  })
  await world.events(1)
  await until(() => world.sender.statuses().filter(({ failures }) => failures > 0).length === away.length)
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let page = 0; page < 3; page++) {
    await world.events(100)
    await until(() => world.sender.status('away0.test').lag === 1 + (page + 1) * 100)
  }
  collectGarbage()
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6
  assert.ok(megabytes < 20, `${megabytes} MB`)
})

test('servers that answer slowly hold nobody up once they are known to', async () => {
  const slow = names(400, 'slow')
  const held: (() => void)[] = []
  const got: string[] = []
  await using world = await World.open([...slow, 'quick.test'], async (serverName, { signal }) => {
    got.push(serverName)
    if (serverName === 'quick.test') return fine()
    await new Promise<void>((resolve, reject) => {
      held.push(resolve)
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
    return fine()
  })
  const quick = () => got.filter((name) => name === 'quick.test').length
  await world.events(1)
  await until(() => held.length === 200)
  while (world.sender.statuses().length > 0) {
    for (let n = 0; n < 20; n++) await turn()
    world.clock.advance(10_000)
    for (const answer of held.splice(0)) answer()
  }
  got.length = 0
  for (let n = 1; n < 10; n++) {
    await world.events(1)
    await until(() => quick() === n)
  }
  assert.equal(held.length, 50)
})

test('after a start the servers that were behind are tried one after the other', async () => {
  const away = names(200, 'away')
  const refusing: Transport['send'] = async (serverName) => {
    throw new FederationError('unreachable', serverName, 'cannot be reached: no connection')
  }
  await using world = await World.open(away, refusing)
  await world.events(1)
  await until(() => world.sender.statuses().filter(({ failures }) => failures > 0).length === away.length)
  await world.sender[Symbol.asyncDispose]()
  world.clock.advance(3_600_000)
  const firstTries = new Map<string, number>()
  await using again = await World.reopen(world, away, async (serverName) => {
    if (!firstTries.has(serverName)) firstTries.set(serverName, world.clock.ms)
    return refusing(serverName, { method: 'GET', uri: '/', headers: {} })
  })
  assert.equal(firstTries.size, 0)
  for (let seconds = 0; seconds < 20; seconds++) {
    again.clock.advance(1_000)
    for (let n = 0; n < 20; n++) await turn()
  }
  assert.equal(firstTries.size, away.length)
  const mostAtOnce = Math.max(
    ...Map.groupBy(firstTries.values(), (at) => at)
      .values()
      .map((each) => each.length),
  )
  assert.ok(mostAtOnce < 40, `${mostAtOnce} at once`)
})
