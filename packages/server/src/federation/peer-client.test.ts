// Calls to other servers over real TLS: what is signed, what becomes of every kind of answer, and whom it spares.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { verifyXMatrix } from '@myelin/algorithms/x-matrix'
import { JsonText } from '@myelin/protocol/handlers'
import { queryRoomDirectory } from '@myelin/protocol/server-server/query'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import { getVersion } from '@myelin/protocol/server-server/version'
import { parseXMatrix } from '@myelin/protocol/x-matrix'
import { FederationError } from './federation-error.ts'
import { CertificateAuthority } from './testing/certificate-authority.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { openPeers } from './testing/open-peers.ts'
import { json, TlsPeer, type Answer } from './testing/tls-peer.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const certificate = authority.issue('them.test')

interface Meeting {
  readonly peer: TlsPeer
  readonly clock: ManualClock
  readonly us: ReturnType<typeof openPeers>
}

async function meeting(answer: Answer, run: (meeting: Meeting) => Promise<void>): Promise<void> {
  await using peer = await TlsPeer.start(certificate, answer)
  const clock = new ManualClock()
  await using us = openPeers({ authority, environment: clock, ports: { 'them.test': peer.port } })
  await run({ peer, clock, us })
}

const directory = { query: { room_alias: '#a b:them.test' } }
const failsAs =
  (kind: FederationError['kind'], more: Readonly<Record<string, unknown>> = {}) =>
  (error: unknown) => {
    assert.ok(error instanceof FederationError)
    assert.equal(error.kind, kind)
    for (const [name, value] of Object.entries(more)) assert.equal(Reflect.get(error, name), value)
    return true
  }

describe('a request', () => {
  test('is signed over method, uri, origin, destination and body', () =>
    meeting(json(200, { pdus: {} }), async ({ us, peer }) => {
      const body = { pdus: [], origin: 'us.test', origin_server_ts: 5, edus: [] }
      await us.peers.call('them.test', sendTransaction, { path: { txnId: 'a/b' }, body })
      const [seen] = peer.seen
      const header = parseXMatrix(seen?.headers.authorization ?? '')
      assert.equal(seen?.url, '/_matrix/federation/v1/send/a%2Fb')
      assert.equal(seen.headers['content-type'], 'application/json')
      assert.ok(header)
      assert.deepEqual([header.origin, header.destination, header.key], ['us.test', 'them.test', us.key.keyId])
      const { origin } = header
      const signed = { method: 'PUT', uri: seen.url, origin, destination: 'them.test', content: JSON.parse(seen.body) }
      assert.ok(verifyXMatrix(signed, header, us.key.publicKey))
      assert.ok(!verifyXMatrix({ ...signed, uri: '/other' }, header, us.key.publicKey))
    }))

  test('with canonical text for a body sends that text', () =>
    meeting(json(200, { pdus: {} }), async ({ us, peer }) => {
      const text = '{"edus":[],"origin":"us.test","origin_server_ts":5,"pdus":[]}'
      await us.peers.call('them.test', sendTransaction, { path: { txnId: 't' }, body: new JsonText(text) })
      assert.equal(peer.seen[0]?.body, text)
    }))

  test('without a body is signed without content, its query included', () =>
    meeting(json(200, { room_id: '!r:them.test', servers: [] }), async ({ us, peer }) => {
      assert.equal((await us.peers.call('them.test', queryRoomDirectory, directory)).room_id, '!r:them.test')
      const [seen] = peer.seen
      const header = parseXMatrix(seen?.headers.authorization ?? '')
      const uri = '/_matrix/federation/v1/query/directory?room_alias=%23a+b%3Athem.test'
      assert.equal(seen?.url, uri)
      assert.ok(header)
      const signed = { method: 'GET', uri, origin: 'us.test', destination: 'them.test' }
      assert.ok(verifyXMatrix(signed, header, us.key.publicKey))
    }))

  test('to an endpoint for everybody is not signed', () =>
    meeting(json(200, {}), async ({ us, peer }) => {
      await us.peers.call('them.test', getVersion, {})
      assert.equal(peer.seen[0]?.headers.authorization, undefined)
    }))

  test('to this server itself is not made', () =>
    meeting(json(200, {}), async ({ us }) => {
      await assert.rejects(us.peers.call('us.test', getVersion, {}), failsAs('refused'))
    }))
})

describe('an answer', () => {
  test('of an error is a refusal, with what the server said', () =>
    meeting(json(400, { errcode: 'M_OF_THEIR_OWN', error: 'no', x: 1 }), async ({ us }) => {
      await assert.rejects(us.peers.call('them.test', queryRoomDirectory, directory), (error: unknown) => {
        assert.ok(error instanceof FederationError)
        assert.equal(error.refusal?.errcode, 'M_OF_THEIR_OWN')
        assert.deepEqual(error.refusal.fields, { x: 1 })
        assert.deepEqual([error.status, error.errcode], [502, 'M_UNKNOWN'])
        return true
      })
      assert.equal(us.reachability.standing('them.test').failures, 0)
    }))

  test('of an error is kept in words of bounded length', () =>
    meeting(json(400, { errcode: 'M_UNKNOWN', error: 'no'.repeat(10_000) }), async ({ us }) => {
      const refused = (error: unknown) => error instanceof FederationError && error.message.length < 500
      await assert.rejects(us.peers.call('them.test', queryRoomDirectory, directory), refused)
    }))

  test('of 401 says nothing about the token of whoever asked', () =>
    meeting(json(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'no' }), async ({ us }) => {
      const refused = failsAs('refused', { status: 502, errcode: 'M_UNKNOWN' })
      await assert.rejects(us.peers.call('them.test', queryRoomDirectory, directory), refused)
    }))

  test('of not found is not found for whoever asked', () =>
    meeting(json(404, { errcode: 'M_NOT_FOUND', error: 'no' }), async ({ us }) => {
      const refused = failsAs('refused', { status: 404, errcode: 'M_NOT_FOUND' })
      await assert.rejects(us.peers.call('them.test', queryRoomDirectory, directory), refused)
    }))

  test('that does not fit its definition is malformed, and so is what is not JSON or too long', () =>
    meeting(json(200, { room_id: 5, servers: [] }), async ({ us, peer }) => {
      const ask = (responseBytesMax = 1000) =>
        us.peers.call('them.test', queryRoomDirectory, directory, { responseBytesMax })
      await assert.rejects(ask(), failsAs('malformed'))
      peer.answer = (_, response) => void response.end('<html>')
      await assert.rejects(ask(), failsAs('malformed'))
      peer.answer = (_, response) => void response.end('['.repeat(900) + ']'.repeat(900))
      await assert.rejects(ask(5000), failsAs('malformed'))
      await assert.rejects(ask(), failsAs('malformed'))
    }))

  test('can be read as it comes', () =>
    meeting(json(200, { room_id: 5 }), async ({ us }) => {
      const { body } = await us.peers.open('them.test', queryRoomDirectory, directory)
      assert.equal(await new Response(body as unknown as ReadableStream).text(), '{"room_id":5}')
    }))

  test('of a proxy without a server behind it, a broken connection and none in time are failures', () =>
    meeting(json(502, 'Bad gateway'), async ({ us, peer, clock }) => {
      const ask = () => us.peers.call('them.test', getVersion, {}, { timeoutMs: 100 })
      await assert.rejects(ask(), failsAs('unreachable', { status: 502, errcode: 'M_CONNECTION_FAILED' }))
      peer.answer = (_, response) => void response.destroy()
      clock.advance(10_000)
      await assert.rejects(ask(), failsAs('unreachable'))
      peer.answer = (_, response) => {
        response.write('{')
        clock.advance(200)
      }
      clock.advance(10_000)
      await assert.rejects(ask(), failsAs('unreachable'))
      assert.equal(us.reachability.standing('them.test').failures, 3)
    }))
})

describe('a server that fails', () => {
  test('is left alone for a second, then twice as long each time up to an hour', () =>
    meeting(json(503, ''), async ({ us, peer, clock }) => {
      const waits: number[] = []
      for (let i = 0; i < 14; i++) {
        await assert.rejects(us.peers.call('them.test', getVersion, {}), failsAs('unreachable'))
        const waitMs = us.reachability.waitMs('them.test')
        await assert.rejects(us.peers.call('them.test', getVersion, {}), failsAs('unreachable'))
        waits.push(waitMs)
        clock.advance(waitMs)
      }
      assert.equal(peer.seen.length, 14)
      for (const [i, waitMs] of waits.entries()) {
        const expected = Math.min(1000 * 2 ** i, 3_600_000)
        assert.ok(waitMs >= expected * 0.89 && waitMs <= expected * 1.11, `${i}: ${waitMs}`)
      }
    }))

  test('is tried at once when asked to, and when it has been heard from', () =>
    meeting(json(503, ''), async ({ us, peer }) => {
      const recovered: string[] = []
      us.reachability.onHeard((serverName) => recovered.push(serverName))
      await assert.rejects(us.peers.call('them.test', getVersion, {}))
      await assert.rejects(us.peers.call('them.test', getVersion, {}, { evenIfFailing: true }))
      assert.equal(peer.seen.length, 2)
      us.reachability.reached('them.test')
      peer.answer = json(200, {})
      await us.peers.call('them.test', getVersion, {})
      assert.deepEqual(recovered, ['them.test'])
    }))

  test('counts calls that fail together as one failure', () =>
    meeting(json(503, ''), async ({ us }) => {
      await Promise.allSettled(Array.from({ length: 5 }, () => us.peers.call('them.test', getVersion, {})))
      assert.equal(us.reachability.standing('them.test').failures, 1)
    }))

  test('is not held to account for a caller who went away', () =>
    meeting(
      () => {},
      async ({ us }) => {
        const signal = AbortSignal.timeout(50)
        await assert.rejects(us.peers.call('them.test', getVersion, {}, { signal }), { name: 'TimeoutError' })
        assert.equal(us.reachability.standing('them.test').failures, 0)
      },
    ))
})
