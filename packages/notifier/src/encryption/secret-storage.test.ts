// Secrets come out as they went in, with the right key and under the right name alone; recovery keys survive being typed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readRecoveryKey, recoveryKeyText } from './recovery-key.ts'
import { sealed, unsealed } from './sealed-memory.ts'
import { isKey, keyCheck, lock, unlock } from './secret-storage.ts'

const key = new Uint8Array(32).fill(7)
const other = new Uint8Array(32).fill(8)

test('a secret is opened with its key and name alone', () => {
  fc.assert(
    fc.property(fc.string(), (secret) => {
      const locked = lock(key, 'm.cross_signing.master', secret)
      assert.equal(unlock(key, 'm.cross_signing.master', locked), secret)
      assert.equal(unlock(other, 'm.cross_signing.master', locked), undefined)
      assert.equal(unlock(key, 'm.cross_signing.self_signing', locked), undefined)
    }),
  )
  assert.equal(unlock(key, 'm.cross_signing.master', { iv: 'x' }), undefined)
})

test('a key is known by its description', () => {
  assert.equal(isKey(key, keyCheck(key)), true)
  assert.equal(isKey(other, keyCheck(key)), false)
})

test('a recovery key is read as it was written, and a slip is noticed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      assert.deepEqual(readRecoveryKey(recoveryKeyText(bytes)), bytes)
    }),
  )
  const text = recoveryKeyText(key)
  const slip = text.replace(/.$/, (last) => (last === '2' ? '3' : '2'))
  for (const wrong of [slip, text.slice(5), '', '0OIl', `${text}11`])
    assert.throws(() => readRecoveryKey(wrong), { kind: 'config' })
})

test('what is sealed is read by whoever has the key, and is only what is for later runs', () => {
  const content = { body: 'secret', 'dev.myelin.ci': { v: 1, key: 'k' } }
  const wire = sealed(key, content)
  assert.doesNotMatch(JSON.stringify(wire), /secret|"k"/)
  assert.deepEqual(unsealed(key, wire), { 'dev.myelin.ci': { v: 1, key: 'k' } })
  assert.deepEqual(unsealed(other, wire), {})
  assert.deepEqual(unsealed(key, { 'dev.myelin.sealed': 'junk' }), {})
})
