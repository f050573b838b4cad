// Who is told of changed devices: local users of the same rooms, once the change is durable, also after a stop in between.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setOwnDeviceKeys } from '../store/device-keys.ts'
import { deviceListChanges } from '../store/device-lists.ts'
import { journalKind, type Store } from '../store/store.ts'
import { openTestEncryption } from './testing/open-encryption.ts'

/** Resolves with the users told of changes, once there are so many. */
async function told(store: Store, count: number): Promise<number[]> {
  for (;;) {
    const changes = await deviceListChanges(store.read, { since: 0, to: store.durablePosition, limit: 100 })
    if (changes.length >= count) return changes.map(({ userNid }) => userNid)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a change is told to everybody in the rooms of the user and to nobody else', async () => {
  await using server = await openTestEncryption()
  const { store, rooms, encryption } = server
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((name) => server.device(name, 'PHONE')))
  assert.ok(alice && bob && carol)
  const roomId = await rooms.create({ by: alice, request: { preset: 'public_chat' } })
  await rooms.join(roomId, { by: bob })
  const audiences: number[][] = []
  store.onDurable((entries) => {
    for (const { kind, position } of entries)
      if (kind === journalKind.deviceListTold) audiences.push([...encryption.takeAudience(position)])
  })
  const keys = { user_id: alice.userId, device_id: 'PHONE', algorithms: [], keys: {}, signatures: {} }
  await encryption.uploadKeys(alice, { device_keys: keys as never })
  await told(store, 1)
  assert.deepEqual(
    audiences.map((audience) => audience.toSorted((a, b) => a - b)),
    [[alice.userNid, bob.userNid]],
  )
})

test('a change that was made right before a stop is told after the start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-teller-'))
  let userNid: number
  {
    const server = await openTestEncryption({ folder })
    const alice = await server.device('alice', 'PHONE')
    ;({ userNid } = alice)
    await server.encryption[Symbol.asyncDispose]() // from here on nobody follows the journal
    await server.store.write((w) => {
      setOwnDeviceKeys(w, alice.deviceNid, '{}')
      w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: alice.deviceNid })
    })
    await server.store[Symbol.asyncDispose]()
  }
  {
    await using server = await openTestEncryption({ folder })
    assert.deepEqual(await told(server.store, 1), [userNid])
  }
  rmSync(folder, { recursive: true })
})
