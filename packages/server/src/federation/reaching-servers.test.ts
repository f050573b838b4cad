// Finding a server and reaching it, over real TLS: in each case of the specification the right certificate is believed,
// and those of the names that only led there are not.
// https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names
import assert from 'node:assert/strict'
import type { lookup } from 'node:dns'
import { isIP } from 'node:net'
import { after, describe, test } from 'node:test'
import { systemEnvironment } from '../environment.ts'
import { createDiscovery } from './discovery.ts'
import { FederationError } from './federation-error.ts'
import { createOutbound, readText } from './outbound.ts'
import { CertificateAuthority, type Certificate } from './testing/certificate-authority.ts'
import { json, TlsPeer } from './testing/tls-peer.ts'
import { createTransport } from './transport.ts'
import type { SrvRecord } from './resolve-server.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())
const issued = new Map<string, Certificate>()

function certificateOf(name: string): Certificate {
  const certificate = issued.get(name) ?? authority.issue(name)
  issued.set(name, certificate)
  return certificate
}

/** An address of this machine that no other test uses, so that port 8448 is free on it. */
const here = `127.${1 + (process.pid >> 16)}.${(process.pid >> 8) & 0xff}.${1 + (process.pid % 254)}`
const lookupThere = ((_name: string, _options: unknown, callback: (...result: unknown[]) => void) =>
  callback(null, [{ address: here, family: 4 }])) as unknown as typeof lookup

interface Case {
  readonly serverName: string
  readonly delegated?: string
  readonly srv?: Readonly<Record<string, SrvRecord>>
  readonly overrides?: Readonly<Record<string, string>>
  /** Of the server that is meant. */
  readonly port: number
  readonly certificate: string
  readonly host: string
  /** Names that lead there and prove nothing. */
  readonly notBelieved: readonly string[]
}

const to = (name: string, port: number): SrvRecord => ({ name, port, priority: 0, weight: 0 })
const literal = { certificate: here, notBelieved: ['a.test', '127.0.0.9'] }

const cases: Readonly<Record<string, Case>> = {
  '1: an IP literal': { ...literal, serverName: here, port: 8448, host: here },
  '1: an IP literal with a port': { ...literal, serverName: `${here}:8449`, port: 8449, host: `${here}:8449` },
  '2: a port': {
    serverName: 'a.test:8449',
    port: 8449,
    certificate: 'a.test',
    host: 'a.test:8449',
    notBelieved: [here],
  },
  '3.1: delegation to an IP literal': { ...literal, serverName: 'a.test', delegated: here, port: 8448, host: here },
  '3.1: delegation to an IP literal with a port': {
    ...literal,
    ...{ serverName: 'a.test', delegated: `${here}:8449`, port: 8449, host: `${here}:8449` },
  },
  '3.2: delegation to a name with a port': {
    ...{ serverName: 'a.test', delegated: 'b.test:8449', port: 8449, host: 'b.test:8449' },
    ...{ certificate: 'b.test', notBelieved: ['a.test', here] },
  },
  '3.3: delegation and an SRV record': {
    ...{ serverName: 'a.test', delegated: 'b.test', srv: { '_matrix-fed._tcp.b.test': to('c.test', 8449) } },
    ...{ port: 8449, host: 'b.test', certificate: 'b.test', notBelieved: ['a.test', 'c.test', here] },
  },
  '3.4: delegation and a deprecated SRV record': {
    ...{ serverName: 'a.test', delegated: 'b.test', srv: { '_matrix._tcp.b.test': to('c.test', 8449) } },
    ...{ port: 8449, host: 'b.test', certificate: 'b.test', notBelieved: ['a.test', 'c.test'] },
  },
  '3.5: delegation alone': {
    ...{ serverName: 'a.test', delegated: 'b.test', port: 8448, host: 'b.test' },
    ...{ certificate: 'b.test', notBelieved: ['a.test'] },
  },
  '4: an SRV record': {
    ...{ serverName: 'a.test', srv: { '_matrix-fed._tcp.a.test': to('c.test', 8449) }, port: 8449, host: 'a.test' },
    ...{ certificate: 'a.test', notBelieved: ['c.test'] },
  },
  '5: a deprecated SRV record': {
    ...{ serverName: 'a.test', srv: { '_matrix._tcp.a.test': to('c.test', 8449) }, port: 8449, host: 'a.test' },
    ...{ certificate: 'a.test', notBelieved: ['c.test'] },
  },
  '6: the name alone': { serverName: 'a.test', port: 8448, certificate: 'a.test', host: 'a.test', notBelieved: [here] },
  'an override': {
    ...{ serverName: 'a.test', overrides: { 'a.test': `${here}:8449` }, port: 8449, host: 'a.test' },
    ...{ certificate: 'a.test', notBelieved: [here] },
  },
}

async function reach({ serverName, delegated, srv = {}, overrides = {} }: Case): Promise<string> {
  await using outbound = createOutbound({ allowPrivateAddresses: true, ca: authority.ca, lookup: lookupThere })
  const resolver = {
    wellKnown: async () =>
      delegated === undefined
        ? { kind: 'none' as const }
        : { kind: 'found' as const, server: delegated, maxAgeMs: undefined },
    srv: async (name: string) => [srv[name]].filter((record) => record !== undefined),
  }
  const transport = createTransport(createDiscovery({ environment: systemEnvironment, resolver, overrides }), outbound)
  return readText(await transport.send(serverName, { method: 'GET', uri: '/x', headers: {} }), 100)
}

describe('a server is believed by its certificate', () => {
  for (const [name, each] of Object.entries(cases)) {
    const { port, certificate, host, notBelieved } = each
    test(name, async () => {
      const isName = isIP(certificate) === 0
      const right = await TlsPeer.startAt({ host: here, port }, certificateOf(isName ? 'x.test' : here), json(200, {}))
      if (isName) right.addCertificate(certificate, certificateOf(certificate))
      assert.equal(await reach(each), '{}')
      assert.deepEqual(right.sni, [isName && certificate])
      assert.equal(right.seen[0]?.headers.host, host)
      await right[Symbol.asyncDispose]()
      for (const wrong of notBelieved) {
        await using other = await TlsPeer.startAt({ host: here, port }, certificateOf(wrong), json(200, {}))
        await assert.rejects(reach(each), FederationError)
        assert.deepEqual(other.seen, [])
      }
    })
  }
})
