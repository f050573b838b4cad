// Two real clients on two federating servers talk in an encrypted room: cross-signing, key backup, new devices, outages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Preset, type MatrixClient } from 'matrix-js-sdk'
import { authorize, device, reads, say, setUp, type Secrets } from './testing/encrypting-client.ts'
import { eventually, Network } from './testing/network.ts'

const isVerified = async (viewer: MatrixClient, of: MatrixClient) => {
  const status = await viewer.getCrypto()!.getDeviceVerificationStatus(of.getSafeUserId(), of.getDeviceId()!)
  return status?.signedByOwner === true
}

test('two people on two servers talk in an encrypted room', { timeout: 150_000 }, async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const secrets: { alice: Secrets; bob: Secrets } = { alice: {}, bob: {} }
  const alice = await device(one, 'alice', { secrets: secrets.alice, isNew: true })
  const bob = await device(two, 'bob', { secrets: secrets.bob, isNew: true })
  const clients = [alice, bob]
  await using stack = new AsyncDisposableStack()
  stack.defer(() => clients.forEach((client) => client.stopClient()))
  await setUp(alice, 'alice')
  await setUp(bob, 'bob')

  const { room_id: roomId } = await alice.createRoom({
    preset: Preset.PrivateChat,
    invite: [bob.getSafeUserId()],
    initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
  })
  await eventually(async () => bob.getRoom(roomId) ?? undefined)
  await bob.joinRoom(roomId)
  await eventually(async () =>
    alice.getRoom(roomId)?.getMember(bob.getSafeUserId())?.membership === 'join' ? true : undefined,
  )

  await say(alice, roomId, 'hello Bob')
  await reads(bob, roomId, 'hello Bob')
  await say(bob, roomId, 'hello Alice')
  await reads(alice, roomId, 'hello Alice')
  const sent = bob
    .getRoom(roomId)!
    .getLiveTimeline()
    .getEvents()
    .find((event) => event.getContent()['body'] === 'hello Bob')
  assert.equal(sent?.getWireType(), 'm.room.encrypted')
  // Each sees that the other's device is signed by its owner, on the other server.
  await eventually(async () => ((await isVerified(alice, bob)) && (await isVerified(bob, alice)) ? true : undefined))

  // A new device is noticed on the other side, and reads what is said from then on; the backup gives it what was.
  const tablet = await device(two, 'bob', { secrets: secrets.bob, isNew: false })
  clients.push(tablet)
  await eventually(async () => {
    const devices = await alice.getCrypto()!.getUserDeviceInfo([bob.getSafeUserId()])
    return devices.get(bob.getSafeUserId())?.has(tablet.getDeviceId()!) ? true : undefined
  })
  await say(alice, roomId, 'hello tablet')
  await reads(tablet, roomId, 'hello tablet')
  const crypto = tablet.getCrypto()!
  await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: authorize('bob') })
  await crypto.loadSessionBackupPrivateKeyFromSecretStorage()
  const backedUp = async () => (await bob.getCrypto()!.checkKeyBackupAndEnable())?.backupInfo.count
  await eventually(async () => (((await backedUp()) ?? 0) >= 2 ? true : undefined))
  const restored = await crypto.restoreKeyBackup()
  assert.equal(restored.imported, restored.total)
  await reads(tablet, roomId, 'hello Bob')
  await eventually(async () => ((await isVerified(alice, tablet)) ? true : undefined))

  // While Bob's server is down Alice gets a device and speaks with a new key; Bob reads it once the server is back.
  await two.stop()
  const phone = await device(one, 'alice', { secrets: secrets.alice, isNew: false })
  clients.push(phone)
  await eventually(async () => phone.getRoom(roomId) ?? undefined)
  await eventually(async () => ((await phone.getCrypto()!.isEncryptionEnabledInRoom(roomId)) ? true : undefined))
  await say(alice, roomId, 'are you there')
  await two.start()
  await reads(bob, roomId, 'are you there')
  await say(phone, roomId, 'from the phone')
  await reads(bob, roomId, 'from the phone')
  await reads(tablet, roomId, 'from the phone')
})
