// What is kept of other servers' files has a bound: those nobody has asked for the longest go first.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { TlsPeer } from '@myelin/server/federation/testing/tls-peer'
import { download } from './testing/media.ts'
import { eventually } from './testing/network.ts'
import { TestServer } from './testing/server.ts'

const authority = new CertificateAuthority()
after(() => authority[Symbol.dispose]())

test("other servers' files take no more room than they may", async () => {
  await using peer = await TlsPeer.start(authority.issue('peer.test'), (_, response) => {
    response.writeHead(200, { 'content-type': 'multipart/mixed; boundary=b' })
    response.write('--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n\r\n')
    response.write(randomBytes(10_000))
    response.end('\r\n--b--')
  })
  await using server = await TestServer.start({
    'federation.allowPrivateAddresses': true,
    'federation.trustedCaFile': authority.caFile,
    'federation.hostOverrides': { 'peer.test': `127.0.0.1:${peer.port}` },
    'media.remoteCacheBytesMax': 50_000,
  })
  const alice = await server.user('alice')
  for (let n = 0; n < 12; n++) assert.equal((await download(alice, `mxc://peer.test/file${n}`)).body.length, 10_000)
  const files = () =>
    readdirSync(join(server.data, 'media/files'), { recursive: true }).filter((name) => name.length > 10)
  await eventually(async () => files().length === 5 || undefined)
  peer.seen.length = 0
  await download(alice, 'mxc://peer.test/file11')
  assert.equal(peer.seen.length, 0, 'the newest is kept')
  await download(alice, 'mxc://peer.test/file0')
  assert.equal(peer.seen.length, 1, 'the oldest had to go')
})
