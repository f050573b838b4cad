// An encrypted room in which matrix-js-sdk talks on both servers, with devices signed by their owners.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { Preset, type MatrixClient } from 'matrix-js-sdk'
import { authorize, device, reads, say, setUp, type Secrets } from '../system/testing/encrypting-client.ts'
import { bothWays, kind } from './testing/pair.ts'
import { until } from './testing/rooms.ts'

const isSignedByOwner = async (viewer: MatrixClient, of: MatrixClient): Promise<boolean> => {
  const status = await viewer.getCrypto()!.getDeviceVerificationStatus(of.getSafeUserId(), of.getDeviceId()!)
  return status?.signedByOwner === true
}

const memberships = (client: MatrixClient, roomId: string, of: MatrixClient): string | undefined =>
  client.getRoom(roomId)?.getMember(of.getSafeUserId())?.membership

describe('an encrypted room', { concurrency: 2 }, () => {
  bothWays('two people talk, and a new device of one reads what follows', async ({ home, away }) => {
    const names = { alice: `alice${crypto.randomUUID()}`, bob: `bob${crypto.randomUUID()}` }
    const bobKnows: Secrets = {}
    const alice = await device(home, names.alice, { secrets: {}, isNew: true })
    const bob = await device(away, names.bob, { secrets: bobKnows, isNew: true })
    const clients = [alice, bob]
    try {
      await setUp(alice, names.alice)
      await setUp(bob, names.bob)
      const { room_id: roomId } = await alice.createRoom({
        preset: Preset.PrivateChat,
        room_version: kind.newestRoomVersion,
        invite: [bob.getSafeUserId()],
        initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
      })
      await until('Bob is invited', async () => memberships(bob, roomId, bob) === 'invite')
      await bob.joinRoom(roomId)
      await until('Bob has joined', async () => memberships(alice, roomId, bob) === 'join')
      await say(alice, roomId, 'hello Bob')
      await reads(bob, roomId, 'hello Bob')
      await say(bob, roomId, 'hello Alice')
      await reads(alice, roomId, 'hello Alice')
      const events = bob.getRoom(roomId)!.getLiveTimeline().getEvents()
      assert.ok(events.some((event) => event.getWireType() === 'm.room.encrypted'))
      for (const [viewer, of] of [
        [alice, bob],
        [bob, alice],
      ] as const)
        await until('the device is signed by its owner', () => isSignedByOwner(viewer, of))

      const tablet = await device(away, names.bob, { secrets: bobKnows, isNew: false })
      clients.push(tablet)
      await until('Alice sees the tablet', async () => {
        const devices = await alice.getCrypto()!.getUserDeviceInfo([bob.getSafeUserId()])
        return devices.get(bob.getSafeUserId())?.has(tablet.getDeviceId()!) === true
      })
      await say(alice, roomId, 'hello tablet')
      await reads(tablet, roomId, 'hello tablet')
      await tablet.getCrypto()!.bootstrapCrossSigning({ authUploadDeviceSigningKeys: authorize(names.bob) })
      await until('the tablet is signed by Bob', () => isSignedByOwner(alice, tablet))
    } finally {
      for (const client of clients) client.stopClient()
    }
  })
})
