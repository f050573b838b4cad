// One-time keys across restarts and repeated uploads: whatever happens, a key is given out once.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { KeyOwner } from './context.ts'
import { openTestEncryption, type TestEncryption } from './testing/open-encryption.ts'

const keys = (from: number, count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `signed_curve25519:key${from + i}`,
      { key: `k${from + i}`, signatures: {} },
    ]),
  )

async function claim({ encryption }: TestEncryption, { userId, deviceId }: KeyOwner): Promise<string | undefined> {
  const claims = { [userId]: { [deviceId]: 'signed_curve25519' } }
  const { one_time_keys: given } = JSON.parse(await encryption.claimKeys({ claims }))
  return Object.keys(given[userId]?.[deviceId] ?? {})[0]
}

test('a key that was given out stays so through a restart, and through an upload that comes again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-claims-'))
  const given: (string | undefined)[] = []
  let alice: KeyOwner
  {
    await using server = await openTestEncryption({ folder })
    alice = await server.device('alice', 'PHONE')
    await server.encryption.uploadKeys(alice, { one_time_keys: keys(0, 3) })
    given.push(await claim(server, alice))
  }
  {
    await using server = await openTestEncryption({ folder })
    given.push(await claim(server, alice))
    assert.deepEqual(await server.encryption.uploadKeys(alice, { one_time_keys: keys(0, 3) }), { signed_curve25519: 1 })
    given.push(await claim(server, alice), await claim(server, alice))
  }
  rmSync(folder, { recursive: true })
  assert.equal(given.pop(), undefined)
  assert.deepEqual(given.toSorted(), Object.keys(keys(0, 3)))
})

test('keys of earlier uploads are given out first', async () => {
  await using server = await openTestEncryption()
  const alice = await server.device('alice', 'PHONE')
  for (const from of [30, 20, 10]) await server.encryption.uploadKeys(alice, { one_time_keys: keys(from, 1) })
  const given = [await claim(server, alice), await claim(server, alice), await claim(server, alice)]
  assert.deepEqual(
    given,
    [30, 20, 10].map((n) => `signed_curve25519:key${n}`),
  )
})

test('a device has a bounded number of keys', async () => {
  await using server = await openTestEncryption()
  const alice = await server.device('alice', 'PHONE')
  await server.encryption.uploadKeys(alice, { one_time_keys: keys(0, 1000) })
  await assert.rejects(server.encryption.uploadKeys(alice, { one_time_keys: keys(1000, 1) }), {
    errcode: 'M_INVALID_PARAM',
  })
})
