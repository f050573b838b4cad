// The certificate is one that Node's own TLS reads, for the host it was made for.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { selfSignedCertificate } from './self-signed-certificate.ts'

const now = Date.UTC(2026, 0, 2, 3, 4, 5)

function certificateFor(serverName: string): X509Certificate {
  const data = mkdtempSync(join(tmpdir(), 'myelin-tls-'))
  try {
    const { tlsCert } = selfSignedCertificate(data, serverName, now)
    assert.equal(selfSignedCertificate(data, serverName, now + 1).tlsCert, tlsCert, 'it is made once')
    return new X509Certificate(readFileSync(tlsCert))
  } finally {
    rmSync(data, { recursive: true })
  }
}

test('it names the host of the server name, is signed with its own key, and is good for ten years', () => {
  const certificate = certificateFor('ci.example.org:8448')
  assert.equal(certificate.checkHost('ci.example.org'), 'ci.example.org')
  assert.equal(certificate.checkHost('example.org'), undefined)
  assert.ok(certificate.verify(certificate.publicKey))
  assert.equal(new Date(certificate.validFrom).getTime(), now)
  assert.equal(new Date(certificate.validTo).getUTCFullYear(), 2035)
})

test('addresses are named as addresses', () => {
  assert.equal(certificateFor('127.0.0.1').checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(certificateFor('[2001:db8::7]:8448').checkIP('2001:db8::7'), '2001:db8::7')
})
