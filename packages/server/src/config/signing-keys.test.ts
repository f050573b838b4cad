// Signing keys as files: made once, imported as openssl writes them, published when retired.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { importKey, loadPolicyServerKey, loadSigningKeys, publicKeyOf, rotateKey, useKey } from './signing-keys.ts'

describe('signing keys', () => {
  let data: string
  beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'myelin-keys-'))))
  afterEach(() => rmSync(data, { recursive: true }))

  const unexpected = () => assert.fail('no key should be made')

  test('the first start makes one that later starts find, readable by its owner alone', () => {
    const { active } = loadSigningKeys(data, () => 'first')
    assert.equal(active.keyId, 'ed25519:first')
    assert.deepEqual(loadSigningKeys(data, unexpected).active, active)
    assert.equal(statSync(join(data, 'keys/first.pem')).mode & 0o777, 0o600)
  })

  test('a PKCS#8 PEM key is imported as it is, and the one before stays published', () => {
    const before = loadSigningKeys(data, () => 'first').active
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const path = join(data, 'mine.pem')
    writeFileSync(path, pem)
    importKey(data, { name: 'mine', path }, 1234)
    const { active, old } = loadSigningKeys(data, unexpected)
    assert.deepEqual(active, { keyId: 'ed25519:mine', pem })
    assert.deepEqual(old, { 'ed25519:first': { key: publicKeyOf(before.pem), expired_ts: 1234 } })
  })

  test("the policy server's key is made once, is none of the signing keys, and its name is nobody else's", () => {
    loadSigningKeys(data, () => 'first')
    const pem = loadPolicyServerKey(data)
    assert.equal(loadPolicyServerKey(data), pem)
    assert.equal(statSync(join(data, 'keys/policy_server.key')).mode & 0o777, 0o600)
    assert.notEqual(loadSigningKeys(data, unexpected).active.pem, pem)
    assert.throws(() => rotateKey(data, 'policy_server', 1), /policy server/)
  })

  test('rotation retires the key before', () => {
    loadSigningKeys(data, () => 'first')
    rotateKey(data, 'second', 99)
    const { active, old } = loadSigningKeys(data, unexpected)
    assert.equal(active.keyId, 'ed25519:second')
    assert.deepEqual(Object.keys(old), ['ed25519:first'])
  })

  test('a key of another kind, and a name with odd characters, are refused', () => {
    const path = join(data, 'rsa.pem')
    writeFileSync(
      path,
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    )
    assert.throws(() => importKey(data, { name: 'rsa', path }, 0), /not an Ed25519 key/)
    assert.throws(() => rotateKey(data, '../x', 0), /cannot name a key/)
  })

  test('a key that a command line names is imported once; another of the same name, and a retired one, are refused', () => {
    const written = (name: string) => {
      const path = join(data, `${name}.pem`)
      writeFileSync(path, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
      return path
    }
    const [one, other] = [written('one'), written('other')]
    for (let start = 0; start < 2; start++) useKey(data, { name: 'a', path: one }, 5)
    assert.equal(loadSigningKeys(data, unexpected).active.keyId, 'ed25519:a')
    assert.throws(() => useKey(data, { name: 'a', path: other }, 6), /another key of the name ed25519:a/)
    useKey(data, { name: 'b', path: other }, 7)
    assert.equal(loadSigningKeys(data, unexpected).old['ed25519:a']?.expired_ts, 7)
    assert.throws(() => useKey(data, { name: 'a', path: one }, 8), /was retired/)
  })
})
