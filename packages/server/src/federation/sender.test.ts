// Sending to another server over real TLS from a real journal: order, bounds, outages of every length, restarts.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { addOutboundEdu, outboundEdus } from '../store/outbound-edus.ts'
import { keptEdusBytesPerServerMax, keptEdusPerServerMax } from '../federation-limits.ts'
import { createLog } from '../http/log.ts'
import { openTestStore } from '../store/testing/open-store.ts'
import { journalKind, type Store } from '../store/store.ts'
import type { OutgoingSource } from './outgoing.ts'
import { Sender } from './sender.ts'
import { CertificateAuthority } from './testing/certificate-authority.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { openPeers } from './testing/open-peers.ts'
import { json, TlsPeer, type Answer, type Seen } from './testing/tls-peer.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const certificate = authority.issue('a.test', 'b.test')
const fine = json(200, { pdus: {} })
const down = json(503, '')

/** Resolves once the condition holds; the runner's own timeout ends a test in which it never does. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}

// Events are numbers here; those in room 1 go to a.test, in room 2 to b.test, in room 3 to both.
const rooms: Readonly<Record<number, readonly string[]>> = {
  1: ['a.test'],
  2: ['b.test'],
  3: ['a.test', 'b.test', 'us.test'],
}
const source: OutgoingSource = {
  outgoing: async (entries) =>
    entries.map(({ kind, position, room, user, ref }) => {
      const to = { position, destinations: rooms[room] ?? [] }
      if (kind === journalKind.event) return { ...to, kind: 'pdu', eventNid: ref }
      if (kind === journalKind.toDevice) return { ...to, kind: 'kept-edu' }
      return { ...to, kind: 'edu', key: `receipt ${user}`, json: `{"content":{"n":${ref}},"edu_type":"m.receipt"}` }
    }),
  pdus: async (nids) => new Map(nids.map((nid) => [nid, `{"nid":${nid}}`])),
}

interface Sent {
  readonly id: string
  readonly pdus: readonly number[]
  readonly edus: readonly { readonly edu_type: string; readonly content: unknown }[]
}

const sentIn = ({ url, body }: Seen): Sent => {
  const { pdus, edus } = JSON.parse(body) as { pdus: { nid: number }[]; edus: Sent['edus'] }
  return { id: url.split('/').at(-1) ?? '', pdus: pdus.map(({ nid }) => nid), edus }
}
const textOf = (content: unknown) => (content as { text: string }).text
const keptAt = (peer: TlsPeer) => peer.seen.flatMap((seen) => sentIn(seen).edus.map(({ content }) => textOf(content)))
const pdusAt = (peer: TlsPeer) => peer.seen.flatMap((seen) => sentIn(seen).pdus)
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

class World implements AsyncDisposable {
  readonly clock = new ManualClock()
  readonly a: TlsPeer
  readonly b: TlsPeer
  readonly us: ReturnType<typeof openPeers>
  readonly store: Store
  readonly logged: string[] = []
  sender!: Sender
  #events = 0

  private constructor(a: TlsPeer, b: TlsPeer, store: Store) {
    this.a = a
    this.b = b
    this.store = store
    this.us = openPeers({ authority, environment: this.clock, ports: { 'a.test': a.port, 'b.test': b.port } })
  }

  static async open(answer: Answer = fine): Promise<World> {
    const peer = () => TlsPeer.start(certificate, answer)
    const world = new World(await peer(), await peer(), await openTestStore())
    await world.start()
    return world
  }

  async start(): Promise<void> {
    const { store, clock: environment, us } = this
    const { serverName, peers, reachability } = us
    const log = createLog({ level: 'warn', format: 'json', write: (line) => void this.logged.push(line) })
    this.sender = await Sender.start({ store, environment, serverName, peers, reachability, source, log })
  }

  /** Makes events in a room, numbered on. */
  async events(count: number, room = 1): Promise<void> {
    const entry = () => ({ kind: journalKind.event, room, user: 0, ref: ++this.#events })
    await this.store.write((w) => {
      for (let i = 0; i < count; i++) w.journal(entry())
    })
  }

  async receipt(user: number, ref: number): Promise<void> {
    await this.store.write((w) => w.journal({ kind: journalKind.receipt, room: 1, user, ref }))
  }

  /** Makes EDUs for a.test that are kept until they have arrived. */
  async kept(...texts: readonly string[]): Promise<void> {
    for (const text of texts)
      await this.store.write((w) => {
        const position = w.journal({ kind: journalKind.toDevice, room: 1, user: 0, ref: 0 })
        const json = `{"content":{"text":"${text}"},"edu_type":"m.direct_to_device"}`
        addOutboundEdu(w, 'a.test', { position, json, ts: this.clock.ms })
      })
  }

  /** Lets time pass and the network act, until the condition holds. */
  async whileTimePasses(condition: () => boolean, stepMs = 500): Promise<void> {
    await until(() => {
      if (condition()) return true
      this.clock.advance(stepMs)
      return false
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of [this.sender, this.us, this.a, this.b, this.store]) await part[Symbol.asyncDispose]()
  }
}

describe('what is sent', () => {
  test('arrives in order, at those it is for, and never at this server itself', async () => {
    await using world = await World.open()
    await world.events(3, 3)
    await world.events(1, 2)
    await until(() => pdusAt(world.a).length === 3 && pdusAt(world.b).length === 4)
    assert.deepEqual(pdusAt(world.a), [1, 2, 3])
    assert.deepEqual(pdusAt(world.b), [1, 2, 3, 4])
    await until(() => world.sender.statuses().length === 0)
  })

  test('goes in one transaction at a time, of at most 50 events', async () => {
    await using world = await World.open()
    const held = Promise.withResolvers<void>()
    world.a.answer = async (seen, response) => {
      await held.promise
      return fine(seen, response)
    }
    await world.events(1)
    await until(() => world.a.seen.length === 1)
    await world.events(119)
    assert.equal(world.a.seen.length, 1)
    assert.equal(world.sender.status('a.test').queuedPdus, 120)
    held.resolve()
    await until(() => pdusAt(world.a).length === 120)
    assert.deepEqual(
      world.a.seen.map((seen) => sentIn(seen).pdus.length),
      [1, 50, 50, 19],
    )
    assert.equal(new Set(world.a.seen.map((seen) => sentIn(seen).id)).size, 4)
  })

  test('to a server that is slow holds no other up', async () => {
    await using world = await World.open()
    world.a.answer = () => {}
    await world.events(3, 3)
    await until(() => pdusAt(world.b).length === 3)
    await world.events(5, 2)
    await until(() => pdusAt(world.b).length === 8)
    assert.equal(world.a.seen.length, 1)
  })

  test('of EDUs is the newest of its kind, and at most 100 at once', async () => {
    await using world = await World.open(down)
    await world.receipt(0, 0)
    await until(() => world.a.seen.length === 1)
    for (const user of numbers(1, 150)) await world.receipt(user, 1)
    for (const user of numbers(1, 150)) await world.receipt(user, 2)
    world.a.answer = fine
    const received = () => world.a.seen.slice(1).flatMap((seen) => sentIn(seen).edus)
    await world.whileTimePasses(() => received().length >= 151)
    assert.ok(world.a.seen.every((seen) => sentIn(seen).edus.length <= 100))
    assert.deepEqual(
      received().map(({ content }) => content),
      [{ n: 0 }, ...numbers(1, 150).map(() => ({ n: 2 }))],
    )
  })

  test('must arrive when it is kept in the store, goes before other EDUs, and is kept until it has', async () => {
    await using world = await World.open(down)
    await world.receipt(1, 1)
    await until(() => world.a.seen.length === 1)
    await world.receipt(2, 1)
    await world.kept('1', '2')
    world.a.answer = fine
    await world.whileTimePasses(() => world.a.seen.length >= 3)
    const types = world.a.seen.slice(1).flatMap((seen) => sentIn(seen).edus.map(({ edu_type }) => edu_type))
    assert.deepEqual(types, ['m.receipt', 'm.direct_to_device', 'm.direct_to_device', 'm.receipt'])
    await until(async () => (await outboundEdus(world.store.read, 'a.test', 10)).length === 0)
  })

  test('is sent in several transactions when it is kept and long, in order', async () => {
    await using world = await World.open(down)
    const text = 'x'.repeat(900_000)
    await world.kept(...numbers(1, 5).map((n) => `${n}${text}`))
    await until(() => world.a.seen.length === 1)
    world.a.answer = fine
    await world.whileTimePasses(() => world.a.seen.length >= 4)
    await until(async () => (await outboundEdus(world.store.read, 'a.test', 10)).length === 0)
    const [, ...transactions] = world.a.seen.map(sentIn)
    assert.ok(transactions.every(({ edus }) => edus.length <= 2))
    const sent = transactions.flatMap(({ edus }) => edus.map(({ content }) => Number.parseInt(textOf(content), 10)))
    assert.deepEqual(sent, numbers(1, 5))
  })
})

describe('a server that is away', () => {
  test('is sent the same transaction again, and then the rest', async () => {
    await using world = await World.open(down)
    await world.events(2)
    await until(() => world.a.seen.length === 1)
    await world.events(2)
    await world.whileTimePasses(() => world.a.seen.length >= 3)
    world.a.answer = fine
    await world.whileTimePasses(() => pdusAt(world.a).includes(4))
    await until(() => world.sender.status('a.test').lag === 0)
    const transactions = world.a.seen.map(sentIn)
    const [first] = transactions
    for (const again of transactions.slice(0, -1)) assert.deepEqual(again, first)
    assert.deepEqual(transactions.at(-1)?.pdus, [3, 4])
    const status = world.sender.status('a.test')
    assert.deepEqual([status.failures, status.lastError, status.lag], [0, '', 0])
  })

  test('is seen to be: failures, the reason, when it is tried next, and how far it is behind', async () => {
    await using world = await World.open(down)
    await world.events(5)
    await until(() => world.sender.status('a.test').failures === 1)
    const status = world.sender.status('a.test')
    assert.match(status.lastError, /a\.test answered with status 503/)
    assert.ok(status.nextTryTs > world.clock.ms)
    assert.deepEqual([status.queuedPdus, status.lag, status.isCatchingUp], [5, 5, false])
  })

  test('for thousands of events catches up with all of them, in order, from the journal', async () => {
    await using world = await World.open(down)
    for (let i = 0; i < 25; i++) await world.events(100, 1 + (i % 3))
    const expected = numbers(1, 2500).filter((n) => Math.floor((n - 1) / 100) % 3 !== 1)
    await until(() => world.sender.status('a.test').isCatchingUp)
    assert.ok(world.sender.status('a.test').queuedPdus <= 50)
    world.a.seen.length = 0
    world.a.answer = fine
    await world.whileTimePasses(() => world.sender.status('a.test').lag === 0)
    await world.events(1)
    await until(() => pdusAt(world.a).includes(2501))
    assert.deepEqual(pdusAt(world.a), [...expected, 2501])
  })

  test('is tried at once when it is heard from', async () => {
    await using world = await World.open(down)
    await world.events(1)
    for (let failures = 1; failures < 5; failures++)
      await world.whileTimePasses(() => world.sender.status('a.test').failures > failures)
    world.a.answer = fine
    const before = world.a.seen.length
    world.us.reachability.reached('a.test')
    await until(() => world.a.seen.length === before + 1)
  })

  test('is tried within seconds when it is heard from just after a failure', async () => {
    await using world = await World.open(down)
    await world.events(1)
    await world.whileTimePasses(() => world.sender.status('a.test').failures >= 8)
    world.a.answer = fine
    world.a.seen.length = 0
    world.us.reachability.failed('a.test', 'test')
    world.us.reachability.heardFrom('a.test')
    assert.ok(world.us.reachability.waitMs('a.test') <= 5_000)
    await world.whileTimePasses(() => pdusAt(world.a).includes(1))
  })

  test('across restarts of this one gets everything', async () => {
    await using world = await World.open(down)
    await world.events(10, 3)
    await until(() => world.a.seen.length === 1 && world.b.seen.length === 1)
    world.b.answer = fine
    await world.whileTimePasses(() => pdusAt(world.b).length >= 20)
    await world.sender[Symbol.asyncDispose]()
    await world.events(10, 3)
    await world.start()
    assert.equal(world.sender.status('a.test').isCatchingUp, true)
    await until(() => pdusAt(world.b).includes(20))
    world.a.answer = fine
    world.a.seen.length = 0
    await world.whileTimePasses(() => pdusAt(world.a).includes(20))
    assert.deepEqual(pdusAt(world.a), numbers(1, 20))
    assert.deepEqual(pdusAt(world.b).slice(-10), numbers(11, 20))
  })

  test('gets again what was delivered and not yet noted when this one was killed, under other ids', async () => {
    await using world = await World.open()
    await world.events(60)
    await until(() => pdusAt(world.a).length === 60)
    await using killed = world.sender
    await world.start()
    await until(() => pdusAt(world.a).length === 120)
    assert.equal(killed.statuses().length, 0)
    assert.deepEqual(pdusAt(world.a).slice(60), numbers(1, 60))
    const ids = world.a.seen.map((seen) => sentIn(seen).id)
    assert.equal(new Set(ids).size, ids.length)
  })
})

describe('what waits for a server that is away', () => {
  const day = 24 * 60 * 60 * 1000

  test('is sent when the server is heard from, though nothing but kept EDUs waits, over a restart too', async () => {
    await using world = await World.open(down)
    await world.kept('one')
    await world.whileTimePasses(() => world.us.reachability.standing('a.test').failures >= 14, 60_000)
    await world.sender[Symbol.asyncDispose]()
    await world.start()
    await world.kept('two')
    world.a.answer = fine
    world.a.seen.length = 0
    world.clock.advance(10_000)
    assert.equal(world.a.seen.length, 0)
    world.us.reachability.heardFrom('a.test')
    await until(() => keptAt(world.a).length === 2)
    assert.deepEqual(keptAt(world.a), ['one', 'two'])
  })

  test('survives weeks, and is dropped after a month, which is said once', async () => {
    await using world = await World.open(down)
    await world.kept('old')
    const start = world.clock.ms
    const left = async () => (await outboundEdus(world.store.read, 'a.test', 10)).length
    const isLeft = (count: number) =>
      until(async () => {
        if ((await left()) === count) return true
        world.clock.advance(day / 24)
        return false
      })
    await until(async () => {
      world.clock.advance(day / 4)
      return world.clock.ms > start + 25 * day
    })
    await world.kept('new')
    assert.equal(await left(), 2)
    await isLeft(1)
    assert.ok(world.clock.ms >= start + 30 * day)
    await isLeft(0)
    assert.ok(world.clock.ms >= start + 55 * day)
    const said = world.logged.filter((line) => line.includes('a.test') && line.includes('dropped'))
    assert.equal(said.length, 1, world.logged.join(''))
  })

  test('is of bounded number, the newest of it', async () => {
    await using world = await World.open(down)
    await world.store.write((w) => {
      for (const n of numbers(1, keptEdusPerServerMax + 5))
        addOutboundEdu(w, 'a.test', { position: n, json: `{"n":${n}}`, ts: world.clock.ms })
    })
    world.clock.advance(2 * 60 * 60 * 1000)
    const oldest = async () => (await outboundEdus(world.store.read, 'a.test', 1))[0]?.position
    await until(async () => (await oldest()) === 6)
  })

  test('is of bounded length, the newest of it', async () => {
    await using world = await World.open(down)
    const text = 'é'.repeat(512 * 1024)
    const fits = keptEdusBytesPerServerMax / (1024 * 1024) - 1
    await world.store.write((w) => {
      for (const n of numbers(1, fits + 3))
        addOutboundEdu(w, 'a.test', { position: n, json: `{"n":${n},"text":"${text}"}`, ts: world.clock.ms })
      addOutboundEdu(w, 'b.test', { position: 1, json: '{}', ts: world.clock.ms })
    })
    world.clock.advance(2 * 60 * 60 * 1000)
    const oldest = async (server: string) => (await outboundEdus(world.store.read, server, 1))[0]?.position
    await until(async () => (await oldest('a.test')) === 4)
    assert.equal(await oldest('b.test'), 1)
    assert.match(world.logged.join(''), /dropped.*"destination":"a.test","count":3/)
  })

  test('is no receipt that is older than an hour', async () => {
    await using world = await World.open(down)
    await world.receipt(1, 1)
    await until(() => world.a.seen.length === 1)
    await world.receipt(2, 1)
    world.clock.advance(2 * 60 * 60_000)
    world.a.answer = fine
    world.a.seen.length = 0
    world.us.reachability.heardFrom('a.test')
    await world.receipt(3, 1)
    await until(() => world.a.seen.length > 0)
    await until(() => world.sender.statuses().length === 0)
    assert.deepEqual(
      world.a.seen.flatMap((seen) => sentIn(seen).edus.map(({ content }) => content)),
      [{ n: 1 }],
    )
  })
})

describe('a server that refuses', () => {
  test('what may pass is tried again, ever less often', async () => {
    await using world = await World.open(json(403, { errcode: 'M_FORBIDDEN', error: 'no' }))
    await world.events(1)
    await world.whileTimePasses(() => world.sender.status('a.test').failures >= 8, 100)
    world.a.answer = fine
    world.a.seen.length = 0
    await world.whileTimePasses(() => pdusAt(world.a).length > 0, 1000)
    assert.deepEqual(pdusAt(world.a), [1])
  })

  test('for a while is left alone for as long as it says', async () => {
    await using world = await World.open(json(429, { errcode: 'M_LIMIT_EXCEEDED' }, { 'retry-after': '120' }))
    const start = world.clock.ms
    await world.events(1)
    await until(() => world.sender.status('a.test').failures === 1)
    assert.equal(world.sender.status('a.test').nextTryTs, start + 120_000)
    world.a.answer = fine
    world.clock.advance(119_000)
    assert.equal(world.a.seen.length, 1)
    world.clock.advance(1_000)
    await until(() => world.a.seen.length === 2)
  })

  test('is tried again once it is heard from, every few seconds at most, and when an operator says so', async () => {
    await using world = await World.open(json(403, { errcode: 'M_FORBIDDEN', error: 'no' }))
    const failures = () => world.sender.status('a.test').failures
    await world.events(1)
    await world.whileTimePasses(() => failures() >= 8, 1000)
    world.us.reachability.heardFrom('a.test')
    assert.equal(world.sender.status('a.test').nextTryTs, world.clock.ms + 5_000)
    world.sender.retry('a.test')
    await until(() => failures() === 9)
    world.clock.advance(10_000)
    world.a.answer = fine
    world.us.reachability.heardFrom('a.test')
    await until(() => world.sender.status('a.test').lag === 0)
  })

  test('a transaction for what is in it does not hold the others up for ever', async () => {
    await using world = await World.open()
    world.a.answer = (seen, response) =>
      sentIn(seen).pdus.includes(1)
        ? json(400, { errcode: 'M_BAD_JSON', error: 'no' })(seen, response)
        : fine(seen, response)
    await world.events(1)
    await until(() => world.a.seen.length === 1)
    await world.events(1)
    await world.whileTimePasses(() => pdusAt(world.a).includes(2))
    assert.equal(pdusAt(world.a).filter((nid) => nid === 1).length, 5)
  })
})
