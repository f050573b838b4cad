// What a host says about where its Matrix server is.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { wellKnownTimeoutMs } from '../federation-limits.ts'
import type { AddressGuard } from './address-guard.ts'
import { createOutbound } from './outbound.ts'
import { CertificateAuthority } from './testing/certificate-authority.ts'
import { ManualClock } from './testing/manual-clock.ts'
import { json, lookupHere, TlsPeer, type Answer } from './testing/tls-peer.ts'
import { fetchWellKnown, maxAgeMs } from './well-known.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const certificate = authority.issue('a.test', 'b.test', '127.0.0.2')
const now = () => Date.parse('2026-01-01T00:00:00Z')

interface World {
  readonly isAllowed?: AddressGuard
  readonly host?: string
}

async function answerTo(answer: Answer, { isAllowed = () => true, host = 'a.test' }: World = {}) {
  await using peer = await TlsPeer.start(certificate, answer)
  const lookup = lookupHere
  await using outbound = createOutbound({ allowPrivateAddresses: true, isAllowed, ca: authority.ca, lookup })
  const url = `https://${host}:${peer.port}/.well-known/matrix/server`
  return { found: await fetchWellKnown(outbound, url, new ManualClock()), seen: peer.seen }
}

const redirecting =
  (location: (port: string) => string, then: Answer): Answer =>
  (seen, response) => {
    const port = seen.headers.host?.split(':')[1] ?? ''
    if (seen.url === '/.well-known/matrix/server')
      response.writeHead(302, { location: location(port) }).end('elsewhere')
    else return then(seen, response)
  }

const delegation = json(200, { 'm.server': 'm.b.test:443' })
const none = { kind: 'none' }

describe('/.well-known/matrix/server', () => {
  test('names a server, and for how long', async () => {
    const { found } = await answerTo(json(200, { 'm.server': 'm.b.test' }, { 'cache-control': 'public, max-age=600' }))
    assert.deepEqual(found, { kind: 'found', server: 'm.b.test', maxAgeMs: 600_000 })
  })

  test('may redirect to another path or host', async () => {
    const here = await answerTo(redirecting(() => '/elsewhere', delegation))
    assert.equal(here.found.kind, 'found')
    const there = await answerTo(redirecting((port) => `https://b.test:${port}/elsewhere`, delegation))
    assert.equal(there.found.kind, 'found')
    assert.match(there.seen[1]?.headers.host ?? '', /^b\.test/)
  })

  test('is not followed in circles, to plain HTTP or to nowhere', async () => {
    const circle = await answerTo((_, response) => void response.writeHead(302, { location: '?again' }).end())
    assert.deepEqual(circle.found, none)
    assert.equal(circle.seen.length, 6)
    for (const location of ['http://a.test/', 'ftp://a.test/', 'https://[', 'data:,x'])
      assert.deepEqual((await answerTo(redirecting(() => location, delegation))).found, none)
  })

  test('is not asked for at private addresses, nor is a redirect followed there', async () => {
    await using peer = await TlsPeer.start(certificate, delegation)
    await using outbound = createOutbound({ allowPrivateAddresses: false, ca: authority.ca, lookup: lookupHere })
    const url = `https://a.test:${peer.port}/.well-known/matrix/server`
    assert.deepEqual(await fetchWellKnown(outbound, url, new ManualClock()), none)
    assert.equal(peer.seen.length, 0)
    const onward = redirecting((port) => `https://127.0.0.2:${port}/elsewhere`, delegation)
    const { found, seen } = await answerTo(onward, { isAllowed: (address) => address === '127.0.0.1' })
    assert.deepEqual(found, none)
    assert.equal(seen.length, 1)
  })

  test('that never ends is waited for no longer than the limit, however much of it comes', async () => {
    await using peer = await TlsPeer.start(certificate, (_, response) => void response.writeHead(200).write('{'))
    await using outbound = createOutbound({ allowPrivateAddresses: true, ca: authority.ca, lookup: lookupHere })
    const clock = new ManualClock()
    const url = `https://a.test:${peer.port}/.well-known/matrix/server`
    const found = fetchWellKnown(outbound, url, clock)
    while (peer.seen.length === 0) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(wellKnownTimeoutMs)
    assert.deepEqual(await found, { kind: 'failed' })
  })

  const invalid: readonly Answer[] = [
    json(404, { 'm.server': 'm.b.test' }),
    json(200, {}),
    json(200, []),
    json(200, { 'm.server': 5 }),
    json(200, { 'm.server': 'https://m.b.test' }),
    json(200, { 'm.server': 'm.b.test:0' }),
    json(200, { 'm.server': 'm.b.test:65536' }),
    json(200, { 'm.server': `${'a'.repeat(300)}.test` }),
    (_, response) => void response.end(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    (_, response) => void response.end('<html>'),
    (_, response) => void response.end('x'.repeat(60_000)),
  ]
  for (const [i, answer] of invalid.entries())
    test(`counts as absent when it is invalid (${i + 1})`, async () => {
      assert.deepEqual((await answerTo(answer)).found, none)
    })

  test('that cannot be asked for is another matter', async () => {
    assert.deepEqual((await answerTo(json(503, {}))).found, { kind: 'failed' })
    assert.deepEqual((await answerTo((_, response) => void response.destroy())).found, { kind: 'failed' })
    assert.deepEqual((await answerTo(delegation, { host: 'c.test' })).found, { kind: 'failed' })
  })
})

test('caching headers are understood', () => {
  const expires = 'Thu, 01 Jan 2026 00:01:00 GMT'
  assert.equal(maxAgeMs({}, now()), undefined)
  assert.equal(maxAgeMs({ 'cache-control': 'no-store, max-age=5' }, now()), 0)
  assert.equal(maxAgeMs({ 'cache-control': 'Max-Age=5', expires }, now()), 5_000)
  assert.equal(maxAgeMs({ expires }, now()), 60_000)
  for (const past of ['0', 'never', '']) assert.equal(maxAgeMs({ expires: past }, now()), 0)
})
