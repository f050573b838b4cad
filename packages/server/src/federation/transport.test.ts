// A request to a server by name: which of its endpoints is asked, and for how long it is looked for.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Discovery } from './discovery.ts'
import { createOutbound, readText } from './outbound.ts'
import { CertificateAuthority } from './testing/certificate-authority.ts'
import { json, lookupHere, TlsPeer } from './testing/tls-peer.ts'
import { createTransport } from './transport.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const certificate = authority.issue('a.test')
const request = { method: 'GET', uri: '/x', headers: {} } as const

const open = () => createOutbound({ allowPrivateAddresses: true, ca: authority.ca, lookup: lookupHere })
const found = (resolve: Discovery['resolve']): Discovery => ({ resolve, forget: () => {} })

test('the endpoints of a server are tried in turn until there is a connection', async () => {
  await using peer = await TlsPeer.start(certificate, json(200, {}))
  const gone = await TlsPeer.start(certificate, json(200, {}))
  const { endpoint } = gone
  await gone[Symbol.asyncDispose]()
  await using outbound = open()
  const target = { endpoints: [endpoint, peer.endpoint], hostHeader: 'a.test', certificateName: 'a.test' }
  const answer = await createTransport(
    found(async () => target),
    outbound,
  ).send('a.test', request)
  assert.equal(await readText(answer, 100), '{}')
  assert.equal(answer.status, 200)
  assert.match(peer.seen[0]?.headers['user-agent'] ?? '', /^Myelin\/\d/)
})

test('whoever has waited long enough does not wait for the search of a server', async () => {
  await using outbound = open()
  const transport = createTransport(
    found(() => new Promise(() => {})),
    outbound,
  )
  const given = new AbortController()
  const sent = transport.send('a.test', { ...request, signal: given.signal })
  given.abort(new Error('too late'))
  await assert.rejects(sent, /too late/)
  await assert.rejects(transport.send('a.test', { ...request, signal: given.signal }), /too late/)
})
