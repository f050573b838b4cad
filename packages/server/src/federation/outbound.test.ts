// Requests to other servers: whom they trust, what they tell about themselves, where they do not go, and their limits.
import assert from 'node:assert/strict'
import type { lookup } from 'node:dns'
import { isIP } from 'node:net'
import { after, describe, test } from 'node:test'
import { AddressRefused } from './address-guard.ts'
import { createOutbound, readText, TooLong, type Outbound, type OutboundOptions } from './outbound.ts'
import type { Endpoint } from './resolve-server.ts'
import { CertificateAuthority } from './testing/certificate-authority.ts'
import { json, lookupHere, TlsPeer, type Answer } from './testing/tls-peer.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const certificate = authority.issue('a.test', '127.0.0.1')

const open = (options: Partial<OutboundOptions> = {}) =>
  createOutbound({ allowPrivateAddresses: true, ca: authority.ca, lookup: lookupHere, ...options })

interface Ask {
  readonly endpoint: Endpoint
  readonly name?: string
  readonly signal?: AbortSignal
}

const ask = (outbound: Outbound, { endpoint, name = 'a.test', signal }: Ask) =>
  outbound.request({
    endpoint,
    hostHeader: `${name}:1`,
    certificateName: name,
    method: 'GET',
    uri: '/x?y=1',
    headers: {},
    signal,
  })

async function withPeer(answer: Answer, run: (peer: TlsPeer) => Promise<void>): Promise<void> {
  await using peer = await TlsPeer.start(certificate, answer)
  await run(peer)
}

describe('a request to another server', () => {
  test('carries the Host header and the server name that discovery found', () =>
    withPeer(json(200, { fine: true }), async (peer) => {
      await using outbound = open()
      const response = await ask(outbound, { endpoint: { host: 'somewhere.test', port: peer.port } })
      assert.equal(await readText(response, 100), '{"fine":true}')
      assert.equal(peer.seen[0]?.headers.host, 'a.test:1')
      assert.equal(peer.seen[0]?.url, '/x?y=1')
      assert.deepEqual(peer.sni, ['a.test'])
    }))

  test('names no server to an IP address, whose certificate must be for the address', () =>
    withPeer(json(200, {}), async (peer) => {
      await using outbound = open()
      const response = await ask(outbound, { endpoint: peer.endpoint, name: '127.0.0.1' })
      assert.equal(response.status, 200)
      response.body.resume()
      assert.deepEqual(peer.sni, [false])
    }))

  test('is not sent to a server with a certificate for another name', () =>
    withPeer(json(200, {}), async (peer) => {
      await using outbound = open()
      await assert.rejects(ask(outbound, { endpoint: peer.endpoint, name: 'b.test' }), {
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      })
      await assert.rejects(ask(outbound, { endpoint: peer.endpoint, name: '127.0.0.2' }), {
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      })
      assert.deepEqual(peer.seen, [])
    }))

  test('is not sent to a server whose certificate an unknown authority signed', () =>
    withPeer(json(200, {}), async (peer) => {
      await using outbound = createOutbound({ allowPrivateAddresses: true, lookup: lookupHere })
      await assert.rejects(ask(outbound, { endpoint: peer.endpoint }), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
      assert.deepEqual(peer.seen, [])
    }))

  test('uses connections again', () =>
    withPeer(json(200, {}), async (peer) => {
      await using outbound = open()
      for (let i = 0; i < 9; i++) await readText(await ask(outbound, { endpoint: peer.endpoint }), 100)
      assert.ok(peer.sni.length < 4)
    }))

  test('does not go to private addresses unless that is allowed, by address or by name', () =>
    withPeer(json(200, {}), async (peer) => {
      await using outbound = open({ allowPrivateAddresses: false })
      for (const host of ['127.0.0.1', '::1', '::ffff:127.0.0.1', 'a.test'])
        await assert.rejects(ask(outbound, { endpoint: { host, port: peer.port } }), AddressRefused)
      assert.deepEqual(peer.sni, [])
    }))
})

/** Looks names up as addresses of this machine, as the test says, each time anew. */
const lookingUp = (addresses: () => readonly string[]) =>
  ((_name: string, _options: unknown, callback: (...result: unknown[]) => void) =>
    callback(
      null,
      addresses().map((address) => ({ address, family: isIP(address) })),
    )) as unknown as typeof lookup

describe('of the addresses of a name', () => {
  test('the next is tried when one does not answer, IPv6 or not', () =>
    withPeer(json(200, {}), async (peer) => {
      await using outbound = open({ lookup: lookingUp(() => ['::1', '127.0.0.1']) })
      assert.equal((await ask(outbound, { endpoint: { host: 'a.test', port: peer.port } })).status, 200)
    }))

  test('those that may not be reached are left out, whatever was said before', () =>
    withPeer(json(200, {}), async (peer) => {
      const isAllowed = (address: string) => address !== '127.0.0.2'
      let addresses = ['127.0.0.2', '127.0.0.1']
      await using outbound = open({ isAllowed, lookup: lookingUp(() => addresses) })
      const endpoint = { host: 'a.test', port: peer.port }
      assert.equal((await ask(outbound, { endpoint })).status, 200)
      addresses = ['127.0.0.2']
      await assert.rejects(ask(outbound, { endpoint, name: 'again.test' }), AddressRefused)
    }))

  test('an IPv6 one is spoken to as such, and must be in the certificate', async () => {
    await using peer = await TlsPeer.startAt({ host: '::1', port: 0 }, authority.issue('::1'), json(200, {}))
    await using outbound = open()
    const endpoint = { host: '::1', port: peer.port }
    assert.equal((await ask(outbound, { endpoint, name: '0:0::1' })).status, 200)
    assert.deepEqual(peer.sni, [false])
    await assert.rejects(ask(outbound, { endpoint, name: '::2' }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })
})

describe('an answer of another server', () => {
  test('that is longer than it may be is cut off, whether it says so or not', () =>
    withPeer(
      (_, response) => void response.write('x'.repeat(2000)),
      async (peer) => {
        await using outbound = open()
        await assert.rejects(readText(await ask(outbound, { endpoint: peer.endpoint }), 1000), TooLong)
        peer.answer = (_, response) => void response.writeHead(200, { 'content-length': '5000' }).write('x')
        await assert.rejects(readText(await ask(outbound, { endpoint: peer.endpoint }), 1000), TooLong)
      },
    ))

  test('that does not come is waited for no longer than the limit', () =>
    withPeer(
      () => {},
      async (peer) => {
        await using outbound = open({ requestTimeoutMs: 50 })
        await assert.rejects(ask(outbound, { endpoint: peer.endpoint }), { code: 'UND_ERR_HEADERS_TIMEOUT' })
      },
    ))

  test('that nobody waits for any more is given up', () =>
    withPeer(
      () => {},
      async (peer) => {
        await using outbound = open()
        const signal = AbortSignal.timeout(50)
        await assert.rejects(ask(outbound, { endpoint: peer.endpoint, signal }), { name: 'TimeoutError' })
      },
    ))
})
