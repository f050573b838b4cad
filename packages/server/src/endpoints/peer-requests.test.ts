// Requests of other servers from the socket to the handler: signed by whom they say, or refused.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { after, test } from 'node:test'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import { createLog } from '../http/log.ts'
import { queryInfo } from '@myelin/protocol/server-server/query'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import type { Requester } from '../accounts/accounts.ts'
import { FederationError } from '../federation/federation-error.ts'
import { createFederation } from '../federation/federation.ts'
import { CertificateAuthority } from '../federation/testing/certificate-authority.ts'
import { keyDocumentOf } from '../federation/testing/key-server.ts'
import { openPeers, testKey } from '../federation/testing/open-peers.ts'
import { json, TlsPeer } from '../federation/testing/tls-peer.ts'
import { listen } from '../http/listener.ts'
import { createMetrics } from '../http/metrics.ts'
import { createProxyTrust } from '../http/proxy-trust.ts'
import { unlimited } from '../http/rate-limits.ts'
import { openTestStore } from '../store/testing/open-store.ts'
import { systemEnvironment } from '../environment.ts'
import { createDispatch } from './dispatch.ts'
import type { Services } from './handlers.ts'
import type { Route } from './routes.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const certificate = authority.issue('us.test', 'them.test')

/** `them.test` serves these; the handlers say who called, and with what. */
const routes: readonly Route[] = [
  { operation: 'queryInfo', definition: queryInfo, handler: async (_, { requester, path }) => ({ requester, path }) },
  {
    operation: 'sendTransaction',
    definition: sendTransaction,
    handler: async (_, { body }) => ({ pdus: { [JSON.stringify(body)]: {} } }),
  },
]

async function openThem(publishedBy: TlsPeer) {
  const store = await openTestStore()
  const federation = createFederation({
    config: {
      serverName: 'them.test',
      'federation.allowPrivateAddresses': true,
      'federation.trustedCaFile': authority.caFile,
      'federation.hostOverrides': { 'us.test': `127.0.0.1:${publishedBy.port}` },
      'federation.trustedNotaries': [],
    },
    environment: systemEnvironment,
    store,
    key: testKey(2),
    old: {},
  })
  const log = createLog({ level: 'error', format: 'json', write: () => undefined })
  const handle = createDispatch({
    routes,
    services: { federation, environment: systemEnvironment, config: { profile: 'full' } } as unknown as Services,
    operator: {} as Requester,
    rateLimits: unlimited,
    metrics: createMetrics(),
    log,
  })
  const trust = createProxyTrust([])
  const listener = await listen({ host: '127.0.0.1', port: 0 }, { handle, log, trust, tls: certificate })
  return {
    port: listener.port,
    [Symbol.asyncDispose]: async () => {
      await listener.stop()
      await federation[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

test('a handler is told which server signed the request', async () => {
  const published = { serverName: 'us.test', key: testKey(1), validUntilTs: Date.now() + 1000 * 60 * 60 }
  await using keys = await TlsPeer.start(certificate, json(200, keyDocumentOf(published)))
  await using them = await openThem(keys)
  await using us = openPeers({ authority, environment: systemEnvironment, ports: { 'them.test': them.port } })
  const answer = await us.peers.call('them.test', queryInfo, { path: { queryType: 'a/b c' } })
  assert.deepEqual(answer, { requester: { serverName: 'us.test' }, path: { queryType: 'a/b c' } })
  const body = { origin: 'us.test', origin_server_ts: 1, pdus: [{ é: 1.5 }], edus: [] }
  const sent = await us.peers.call('them.test', sendTransaction, { path: { txnId: 't' }, body })
  assert.deepEqual(JSON.parse(Object.keys(sent.pdus)[0] ?? ''), body)
  assert.equal(keys.seen.length, 1)
})

/** Calls `them.test` as `us.test` with these headers. */
async function callWith(port: number, authorization: readonly string[]): Promise<number> {
  const options = { host: '127.0.0.1', port, servername: 'them.test', ca: authority.ca, agent: false }
  const headers = ['host', 'them.test', ...authorization.flatMap((each) => ['authorization', each])]
  const outgoing = request({ ...options, path: '/_matrix/federation/v1/query/x', headers }).end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

test('a server may sign with several keys, in a header each: one that is known and right is enough', async () => {
  const published = { serverName: 'us.test', key: testKey(1), validUntilTs: Date.now() + 1000 * 60 * 60 }
  await using keys = await TlsPeer.start(certificate, json(200, keyDocumentOf(published)))
  await using them = await openThem(keys)
  const asked = { method: 'GET', uri: '/_matrix/federation/v1/query/x', origin: 'us.test', destination: 'them.test' }
  const good = xMatrixHeader(asked, testKey(1))
  const unknown = xMatrixHeader(asked, testKey(4, 'new'))
  const wrong = good.replace(/sig="."/, 'sig="A').replace(/sig="[^"]{10}/, 'sig="AAAAAAAAAA')
  const elsewhere = xMatrixHeader({ ...asked, destination: 'other.test' }, testKey(1))
  const other = xMatrixHeader({ ...asked, origin: 'evil.test' }, testKey(4))
  for (const headers of [[good], [unknown, good], [good, unknown], [wrong, good], [`${unknown},${good}`], [good, good]])
    assert.equal(await callWith(them.port, headers), 200, headers.join('; '))
  const refused = [[unknown], [wrong], [unknown, wrong], [good, other], [other, good], [good, elsewhere], [elsewhere]]
  for (const headers of [...refused, [good, 'Bearer x'], Array.from({ length: 6 }, () => good), []])
    assert.equal(await callWith(them.port, headers), 401, headers.join('; '))
})

test('a request that nobody signed, or another server, does not reach the handler', async () => {
  const published = { serverName: 'us.test', key: testKey(3), validUntilTs: Date.now() + 1000 * 60 * 60 }
  await using keys = await TlsPeer.start(certificate, json(200, keyDocumentOf(published)))
  await using them = await openThem(keys)
  await using us = openPeers({ authority, environment: systemEnvironment, ports: { 'them.test': them.port } })
  const call = us.peers.call('them.test', queryInfo, { path: { queryType: 'x' } })
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof FederationError)
    assert.deepEqual([error.refusal?.status, error.refusal?.errcode], [401, 'M_UNAUTHORIZED'])
    return true
  })
})
