// Keys of other servers over real TLS: what is believed, how often they are asked, notaries, and requests they signed.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { encodeBase64 } from '@myelin/algorithms/base64'
import type { JsonObject } from '@myelin/algorithms/json'
import { signJson, verifyJson } from '@myelin/algorithms/signatures'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import {
  keyDocumentSignaturesMax,
  keyRefetchMinMs,
  keysPerServerMax,
  longBodyBytesMin,
  notaryWaitMs,
} from '../federation-limits.ts'
import { openTestStore } from '../store/testing/open-store.ts'
import { Keyring } from './keyring.ts'
import { createRequestAuth } from './request-auth.ts'
import { CertificateAuthority } from './testing/certificate-authority.ts'
import { keyDocumentOf } from './testing/key-server.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { openPeers, testKey } from './testing/open-peers.ts'
import { json, TlsPeer, type Answer } from './testing/tls-peer.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const certificate = authority.issue('them.test', 'notary.test')
const hour = 60 * 60 * 1000
const day = 24 * hour
const theirKey = testKey(2)
const notaryKey = testKey(3)
const olderKey = testKey(4, 'older')

async function setUp(answer: Answer, { notary = json(404, {}) as Answer, trusts = [] as string[] } = {}) {
  const clock = new ManualClock()
  const them = await TlsPeer.start(certificate, answer)
  const notaryPeer = await TlsPeer.start(certificate, notary)
  const us = openPeers({
    authority,
    environment: clock,
    ports: { 'them.test': them.port, 'notary.test': notaryPeer.port },
  })
  const store = await openTestStore()
  const own = {
    serverName: us.serverName,
    key: us.key,
    old: { 'ed25519:old': { key: encodeBase64(olderKey.publicKey), expired_ts: 5 } },
    document: () => keyDocumentOf({ serverName: us.serverName, key: us.key, validUntilTs: clock.ms + day }),
  }
  const open = () => new Keyring({ store, environment: clock, peers: us.peers, trustedNotaries: trusts, own })
  return {
    ...{ clock, them, notary: notaryPeer, us, keyring: open(), open },
    [Symbol.asyncDispose]: async () => {
      for (const part of [us, them, notaryPeer, store]) await part[Symbol.asyncDispose]()
    },
  }
}

const start = new ManualClock().ms
const theirDocument = (rest: Partial<Parameters<typeof keyDocumentOf>[0]> = {}) =>
  keyDocumentOf({ serverName: 'them.test', key: theirKey, validUntilTs: start + day, ...rest })

describe('the keys of a server', () => {
  test('are fetched from it once, and known after a restart', async () => {
    await using world = await setUp(json(200, theirDocument()))
    const { keyring, them, open, clock } = world
    const asked = [1, 2, 3].map(() => keyring.key('them.test', theirKey.keyId, clock.ms))
    for (const key of await Promise.all(asked)) assert.deepEqual(key?.publicKey, Buffer.from(theirKey.publicKey))
    const again = await open().key('them.test', theirKey.keyId, clock.ms)
    assert.deepEqual(again?.times, { validUntilTs: start + day })
    assert.equal(them.seen.length, 1)
    assert.ok(keyring.cached('them.test', theirKey.keyId))
  })

  const wrong: Readonly<Record<string, unknown>> = {
    'are not believed without its signature': { ...theirDocument(), signatures: {} },
    'are not believed with a signature of another key': signJson(
      { ...theirDocument(), signatures: {} },
      'them.test',
      testKey(9),
    ),
    'are not believed when the document has been changed': { ...theirDocument(), valid_until_ts: start + 2 * day },
    'are not believed under the name of another server': theirDocument({ serverName: 'other.test' }),
    'are not believed when there is none that can be used': signJson(
      { server_name: 'them.test', verify_keys: { 'ed25519:a': { key: 'AAAA' } }, valid_until_ts: start + day },
      'them.test',
      theirKey,
    ),
  }
  test('are not believed for a signature behind several wrong ones', async () => {
    const wrongly = Array.from({ length: keyDocumentSignaturesMax }, (_, n) => testKey(10 + n, `wrong${n}`))
    const verify_keys = Object.fromEntries(
      [...wrongly, theirKey].map(({ keyId, publicKey }) => [keyId, { key: encodeBase64(publicKey) }]),
    )
    const document = { server_name: 'them.test', verify_keys, old_verify_keys: {}, valid_until_ts: start + day }
    let signed: JsonObject = document
    for (const key of wrongly) signed = signJson(Object.assign({}, signed, { x: key.keyId }), 'them.test', key)
    await using world = await setUp(json(200, signJson({ ...signed, x: 'all' }, 'them.test', theirKey)))
    assert.equal(await world.keyring.key('them.test', theirKey.keyId, start), undefined)
  })

  test('that are ever new ones take the place of those before, in memory and in the store', async () => {
    await using world = await setUp(json(404, {}))
    const { keyring, them, clock, open } = world
    const old = (round: number) =>
      Object.fromEntries(
        Array.from({ length: keysPerServerMax - 1 }, (_, n) => [
          `ed25519:${round}_${n}`,
          { key: encodeBase64(theirKey.publicKey), expired_ts: start - hour },
        ]),
      )
    for (let round = 0; round < 5; round++) {
      them.answer = json(200, theirDocument({ old: old(round) }))
      assert.ok(await keyring.key('them.test', `ed25519:${round}_0`, start))
      clock.advance(keyRefetchMinMs)
    }
    them.answer = json(404, {})
    for (const each of [keyring, open()]) {
      assert.ok(await each.key('them.test', theirKey.keyId, start))
      assert.ok(await each.key('them.test', 'ed25519:4_0', start))
      assert.equal(await each.key('them.test', 'ed25519:3_0', start), undefined)
      clock.advance(hour)
    }
  })

  for (const [name, document] of Object.entries(wrong))
    test(name, async () => {
      await using world = await setUp(json(200, document))
      assert.equal(await world.keyring.key('them.test', theirKey.keyId, start), undefined)
    })

  test('are asked for again when they end too early, and count for 7 days at most', async () => {
    await using world = await setUp(json(200, theirDocument()))
    const { keyring, them, clock } = world
    await keyring.key('them.test', theirKey.keyId, clock.ms)
    clock.advance(2 * day)
    them.answer = json(200, theirDocument({ validUntilTs: start + 400 * day }))
    const key = await keyring.key('them.test', theirKey.keyId, clock.ms)
    assert.deepEqual(key?.times, { validUntilTs: clock.ms + 7 * day })
    assert.equal(them.seen.length, 2)
  })

  test('that are retired are known by when, and are not asked for again', async () => {
    const old = { [olderKey.keyId]: { key: encodeBase64(olderKey.publicKey), expired_ts: start - hour } }
    await using world = await setUp(json(200, theirDocument({ old })))
    for (let i = 0; i < 2; i++) {
      const key = await world.keyring.key('them.test', olderKey.keyId, start)
      assert.deepEqual(key?.times, { expiredTs: start - hour })
      world.clock.advance(hour)
    }
    assert.equal(world.them.seen.length, 1)
  })

  test('that it does not have are not asked for with every request', async () => {
    await using world = await setUp(json(200, theirDocument()))
    for (let i = 0; i < 5; i++) assert.equal(await world.keyring.key('them.test', 'ed25519:none', start), undefined)
    assert.equal(world.them.seen.length, 1)
  })

  test('that are new are awaited until it may be asked again, and those that it does not have are not', async () => {
    await using world = await setUp(json(200, theirDocument()))
    const { keyring, them, clock } = world
    const newKey = testKey(5, 'newer')
    const isAwaited = () => keyring.isAwaited('them.test', hour)
    assert.ok(await keyring.key('them.test', theirKey.keyId, clock.ms))
    assert.equal(isAwaited(), false)
    them.answer = json(200, theirDocument({ key: newKey }))
    assert.equal(await keyring.key('them.test', newKey.keyId, clock.ms), undefined)
    assert.equal(isAwaited(), true)
    clock.advance(keyRefetchMinMs)
    assert.ok(await keyring.key('them.test', newKey.keyId, clock.ms))
    assert.equal(isAwaited(), false)
    clock.advance(keyRefetchMinMs)
    for (let i = 0; i < 2; i++) {
      assert.equal(await keyring.key('them.test', 'ed25519:none', clock.ms), undefined)
      assert.equal(isAwaited(), false)
    }
    assert.equal(them.seen.length, 3)
  })

  test('are asked for less and less while it fails, and at once when it may be tried', async () => {
    await using world = await setUp(json(500, {}))
    const { keyring, them, clock } = world
    for (let minute = 0; minute < 60; minute++) {
      await keyring.key('them.test', theirKey.keyId, clock.ms)
      clock.advance(60_000)
    }
    assert.ok(them.seen.length > 10 && them.seen.length < 22, String(them.seen.length))
    them.answer = json(200, theirDocument())
    clock.advance(5 * 60_000)
    assert.ok(await keyring.key('them.test', theirKey.keyId, clock.ms))
  })

  test('of this server are at hand', async () => {
    await using world = await setUp(json(500, {}))
    assert.deepEqual((await world.keyring.key('us.test', world.us.key.keyId, start))?.publicKey, world.us.key.publicKey)
    assert.deepEqual((await world.keyring.key('us.test', 'ed25519:old', start))?.times, { expiredTs: 5 })
    assert.equal(await world.keyring.key('us.test', 'ed25519:none', start), undefined)
  })
})

describe('a notary', () => {
  const vouched = (key = notaryKey) => signJson(theirDocument(), 'notary.test', key)
  const notaryAnswering =
    (documents: readonly unknown[]): Answer =>
    (seen, response) => {
      const own = keyDocumentOf({ serverName: 'notary.test', key: notaryKey, validUntilTs: start + day })
      const answer = seen.url === '/_matrix/key/v2/server' ? own : { server_keys: documents }
      return json(200, answer)(seen, response)
    }

  test('is asked when the server cannot be, if it is trusted', async () => {
    await using world = await setUp(json(500, {}), { notary: notaryAnswering([vouched()]), trusts: ['notary.test'] })
    assert.ok(await world.keyring.key('them.test', theirKey.keyId, start))
    const query = world.notary.seen.find(({ method }) => method === 'POST')
    assert.deepEqual(JSON.parse(query?.body ?? ''), {
      server_keys: { 'them.test': { [theirKey.keyId]: { minimum_valid_until_ts: start } } },
    })
  })

  test('is not asked unless it is trusted', async () => {
    await using world = await setUp(json(500, {}), { notary: notaryAnswering([vouched()]) })
    assert.equal(await world.keyring.key('them.test', theirKey.keyId, start), undefined)
    assert.equal(world.notary.seen.length, 0)
  })

  test('is not believed without its own signature, nor without that of the server', async () => {
    const unsigned = signJson({ ...theirDocument(), signatures: {} }, 'notary.test', notaryKey)
    const documents = [theirDocument(), vouched(testKey(8)), unsigned, { server_name: 5 }]
    await using world = await setUp(json(500, {}), { notary: notaryAnswering(documents), trusts: ['notary.test'] })
    assert.equal(await world.keyring.key('them.test', theirKey.keyId, start), undefined)
  })

  test('cannot put another key in the place of a known one, which only its server can', async () => {
    const swapped = { key: testKey(7), validUntilTs: start + 5 * day }
    const notary = notaryAnswering([signJson(theirDocument(swapped), 'notary.test', notaryKey)])
    await using world = await setUp(json(200, theirDocument()), { notary, trusts: ['notary.test'] })
    const { keyring, them, clock } = world
    const known = async () => Buffer.from((await keyring.key('them.test', theirKey.keyId, clock.ms))?.publicKey ?? [])
    assert.deepEqual(await known(), Buffer.from(theirKey.publicKey))
    them.answer = json(500, {})
    clock.advance(2 * day)
    assert.deepEqual(await known(), Buffer.from(theirKey.publicKey))
    them.answer = json(200, theirDocument(swapped))
    clock.advance(hour)
    assert.deepEqual(await known(), Buffer.from(testKey(7).publicKey))
  })

  test('is what this server is for others: the document with its signature added, also of a server that is gone', async () => {
    await using world = await setUp(json(200, theirDocument()))
    const { keyring, them, us, clock } = world
    const isSignedByBoth = (document: Readonly<Record<string, unknown>> | undefined) =>
      document !== undefined &&
      verifyJson(document, 'them.test', theirKey.keyId, theirKey.publicKey) &&
      verifyJson(document, 'us.test', us.key.keyId, us.key.publicKey)
    assert.ok(isSignedByBoth(await keyring.notarized('them.test', 0)))
    clock.advance(hour)
    await keyring.notarized('them.test', 0)
    assert.equal(them.seen.length, 1)
    clock.advance(12 * hour)
    await keyring.notarized('them.test', 0)
    assert.equal(them.seen.length, 2)
    them.answer = json(500, {})
    clock.advance(30 * day)
    assert.ok(isSignedByBoth(await keyring.notarized('them.test', 0)))
    assert.equal(await keyring.notarized('nobody.test', 0), undefined)
    assert.equal((await keyring.notarized('us.test', 0))?.['server_name'], 'us.test')
  })

  test('has what it needs itself though it is asked for the keys of hundreds that are silent', async () => {
    await using world = await setUp(json(200, theirDocument()))
    const connections: Socket[] = []
    const silent = createServer((socket) => void connections.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    let answered = 0
    const asked = Array.from({ length: 300 }, (_, n) =>
      world.keyring.notarized(`silent${n}.test:${port}`, 0).then(() => answered++),
    )
    const keyIsHad = world.keyring.key('them.test', theirKey.keyId, start)
    assert.ok(await keyIsHad)
    assert.ok(answered < 300)
    silent.close()
    for (const socket of connections) socket.destroy()
    await Promise.all(asked)
  })

  test('is asked for the keys of many servers at once, a few times', async () => {
    const names = Array.from({ length: 250 }, (_, n) => `gone${n}.test:1`)
    const documentOf = (serverName: string) => keyDocumentOf({ serverName, key: theirKey, validUntilTs: start + day })
    const notary: Answer = (seen, response) => {
      const own = keyDocumentOf({ serverName: 'notary.test', key: notaryKey, validUntilTs: start + day })
      if (seen.method === 'GET') return json(200, own)(seen, response)
      const { server_keys: wanted } = JSON.parse(seen.body) as { server_keys: object }
      const known = Object.keys(wanted).filter((name) => name !== 'gone7.test:1')
      const documents = [...known, 'nobody-asked.test'].map((name) =>
        signJson(documentOf(name), 'notary.test', notaryKey),
      )
      return json(200, { server_keys: documents })(seen, response)
    }
    await using world = await setUp(json(500, {}), { notary, trusts: ['notary.test'] })
    const { keyring } = world
    const found = await Promise.all(names.map((name) => keyring.key(name, theirKey.keyId, start)))
    assert.deepEqual(
      names.filter((_, n) => found[n] === undefined),
      ['gone7.test:1'],
    )
    const queries = world.notary.seen.filter(({ method }) => method === 'POST')
    assert.ok(queries.length <= 25, String(queries.length))
    const sizes = queries.map(
      ({ body }) => Object.keys((JSON.parse(body) as { server_keys: object }).server_keys).length,
    )
    assert.ok(sizes.every((size) => size <= 100))
    assert.equal(keyring.cached('nobody-asked.test', theirKey.keyId), undefined)
  })

  test('answers with what it has when what it has not does not come in time', async () => {
    await using world = await setUp(() => {})
    const answer = world.keyring.notarized('them.test', 0)
    while (world.them.seen.length === 0) await new Promise((resolve) => setImmediate(resolve))
    world.clock.advance(notaryWaitMs)
    assert.equal(await answer, undefined)
  })

  test('does not forget a document for an older one that another notary has', async () => {
    const older = keyDocumentOf({ serverName: 'them.test', key: theirKey, validUntilTs: start + hour })
    const answer = notaryAnswering([signJson(older, 'notary.test', notaryKey)])
    await using world = await setUp(json(200, theirDocument()), { notary: answer, trusts: ['notary.test'] })
    assert.ok(await world.keyring.notarized('them.test', 0))
    world.clock.advance(hour)
    await world.keyring.key('them.test', 'ed25519:none', start)
    assert.ok(world.notary.seen.some(({ method }) => method === 'POST'))
    const document = await world.keyring.notarized('them.test', 0)
    assert.equal(document?.['valid_until_ts'], theirDocument()['valid_until_ts'])
  })
})

describe('a request of another server', () => {
  const base = {
    method: 'PUT',
    uri: '/_matrix/federation/v1/send/1?x=%20',
    origin: 'them.test',
    destination: 'us.test',
  }
  const bodyText = '{"b": 1.0, "a": "\\u00e9"}'
  const content: unknown = JSON.parse(bodyText)

  async function judge(change: {
    request?: object
    header?: string
    body?: string
    key?: typeof theirKey
    at?: number
  }) {
    await using world = await setUp(json(200, theirDocument()))
    const { keyring, us, clock } = world
    const { reachability } = us
    const auth = createRequestAuth({ serverName: 'us.test', environment: clock, keyring, reachability })
    reachability.failed('them.test', 'test')
    clock.advance(change.at ?? 10_000)
    const signed = { ...base, content, ...change.request }
    const authorization = change.header ?? xMatrixHeader(signed, change.key ?? theirKey)
    const { method, uri } = base
    const outcome = await auth
      .authenticatePeer({ method, uri, authorization, bodyText: async () => change.body ?? bodyText })
      .then(({ serverName }) => serverName)
      .catch((error: unknown) => error as { status?: number; errcode?: string })
    return { outcome, failures: reachability.standing('them.test').failures }
  }
  const isRefused = async (change: Parameters<typeof judge>[0]) => {
    const { outcome } = await judge(change)
    assert.ok(typeof outcome === 'object')
    assert.deepEqual([outcome.status, outcome.errcode], [401, 'M_UNAUTHORIZED'])
  }

  test('that is signed is from that server, which has been heard from', async () => {
    assert.deepEqual(await judge({}), { outcome: 'them.test', failures: 0 })
  })

  test('may carry its body in canonical form', async () => {
    assert.equal((await judge({ body: '{"a":"é","b":1}' })).outcome, 'them.test')
  })

  test('may carry a long body in another form than it was signed in', async () => {
    const edus = Array.from({ length: 100 }, (_, n) => ({ edu_type: 'x', content: { text: 'é'.repeat(1000), n } }))
    const request = { content: { edus, origin: 'them.test', pdus: [] } }
    const body = JSON.stringify({ pdus: [], origin: 'them.test', edus }, undefined, 1)
    assert.ok(body.length > longBodyBytesMin / 2)
    assert.equal((await judge({ request, body: body.padEnd(longBodyBytesMin) })).outcome, 'them.test')
    await isRefused({ request, body: body.replace('"n": 7', '"n": 8').padEnd(longBodyBytesMin) })
  })

  test('may be signed for no destination, as old servers do, and written in many ways', async () => {
    const header = xMatrixHeader({ ...base, content }, theirKey)
    const sig = /sig="([^"]+)"/.exec(header)?.[1]
    const loose = `x-matrix  sig="${sig}" , KEY=ed25519:a,origin=them.test,unknown="a,b"`
    assert.equal((await judge({ header: loose })).outcome, 'them.test')
  })

  test('is refused with another method, path, body or key', async () => {
    await isRefused({ request: { method: 'POST' } })
    await isRefused({ request: { uri: '/_matrix/federation/v1/send/2' } })
    await isRefused({ body: '{"a":"é","b":2}' })
    await isRefused({ key: testKey(9) })
    await isRefused({ key: testKey(9, 'unknown') })
  })

  test('is refused when it is for another server, by this one, or not signed', async () => {
    await isRefused({ request: { destination: 'other.test' } })
    await isRefused({ request: { origin: 'us.test' } })
    await isRefused({ header: 'Bearer abc' })
    await isRefused({ header: 'X-Matrix origin="them.test"' })
  })

  test('is refused when its key is no longer valid and cannot be renewed', async () => {
    await isRefused({ at: 3 * day })
  })

  test('with a body that is not JSON is refused', async () => {
    assert.equal(Object((await judge({ body: 'x' })).outcome).errcode, 'M_NOT_JSON')
  })
})
