// Two real clients on two federating servers talk in an encrypted room: cross-signing, key backup, new devices, outages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createClient,
  MsgType,
  Preset,
  type AuthDict,
  type MatrixClient,
  type MatrixEvent,
  type UIAuthCallback,
} from 'matrix-js-sdk'
import { logger, type Logger } from 'matrix-js-sdk/lib/logger.js'
import { eventually, Network, type NetworkServer } from './testing/network.ts'

// What the client says goes to the logger it is given, and some of it to its global one.
const nothing = () => undefined
const quiet: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  getChild: () => quiet,
}
if ('setLevel' in logger && typeof logger.setLevel === 'function') logger.setLevel('silent')
for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const) console[level] = nothing

// The client leaves timers behind that nothing stops: they must not keep the process.
const startTimer = globalThis.setTimeout
globalThis.setTimeout = ((...parameters: Parameters<typeof startTimer>) =>
  startTimer(...parameters).unref()) as typeof setTimeout
const startInterval = globalThis.setInterval
globalThis.setInterval = ((...parameters: Parameters<typeof startInterval>) =>
  startInterval(...parameters).unref()) as typeof setInterval

/** A client keeps the address it was given: where the server is after a restart is found here. */
const baseUrl = 'http://server.test'
const fetchFrom =
  (server: NetworkServer): typeof fetch =>
  (input, init) =>
    fetch(String(input).replace(baseUrl, server.baseUrl), init)

/** What a person keeps outside of any device. */
interface Secrets {
  storageKey?: [string, Uint8Array<ArrayBuffer>]
}

/** A device of a person, with encryption; `secrets` are what the person knows by heart. */
async function device(server: NetworkServer, name: string, secrets: Secrets, isNew: boolean): Promise<MatrixClient> {
  const reached = { baseUrl, logger: quiet, fetchFn: fetchFrom(server) }
  const visitor = createClient(reached)
  const password = `${name} password`
  const session = isNew
    ? await visitor.registerRequest({ username: name, password, auth: { type: 'm.login.dummy' } })
    : await visitor.loginRequest({ type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password })
  const client = createClient({
    ...reached,
    accessToken: session.access_token!,
    userId: session.user_id,
    deviceId: session.device_id!,
    cryptoCallbacks: {
      getSecretStorageKey: async () => secrets.storageKey ?? null,
      cacheSecretStorageKey: (id, _, key) => void (secrets.storageKey = [id, key as Uint8Array<ArrayBuffer>]),
    },
  })
  await client.initRustCrypto({ useIndexedDB: false })
  await client.startClient({ initialSyncLimit: 50 })
  return client
}

/** Proves who it is with the password where it is asked to. */
const authorize =
  (name: string): UIAuthCallback<void> =>
  async (request) => {
    try {
      await request(null)
    } catch (error) {
      const { session } = (error as { data: { session: string } }).data
      const identifier = { type: 'm.id.user', user: name }
      await request({ type: 'm.login.password', identifier, password: `${name} password`, session } as AuthDict)
    }
  }

/** Cross-signing, secret storage and a key backup, as a new person sets them up. */
async function setUp(client: MatrixClient, name: string): Promise<void> {
  const crypto = client.getCrypto()!
  await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: authorize(name) })
  await crypto.bootstrapSecretStorage({
    createSecretStorageKey: () => crypto.createRecoveryKeyFromPassphrase(),
    setupNewKeyBackup: true,
  })
}

const say = (client: MatrixClient, roomId: string, body: string) =>
  client.sendMessage(roomId, { msgtype: MsgType.Text, body })

/** The texts that a client could decrypt. */
const texts = (client: MatrixClient, roomId: string): string[] =>
  (client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? []).flatMap((event: MatrixEvent) =>
    event.getType() === 'm.room.message' && !event.isDecryptionFailure() ? [String(event.getContent()['body'])] : [],
  )

const reads = (client: MatrixClient, roomId: string, body: string) =>
  eventually(async () => (texts(client, roomId).includes(body) ? true : undefined), 30_000)

const isVerified = async (viewer: MatrixClient, of: MatrixClient) => {
  const status = await viewer.getCrypto()!.getDeviceVerificationStatus(of.getSafeUserId(), of.getDeviceId()!)
  return status?.signedByOwner === true
}

test('two people on two servers talk in an encrypted room', { timeout: 150_000 }, async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const secrets: { alice: Secrets; bob: Secrets } = { alice: {}, bob: {} }
  const alice = await device(one, 'alice', secrets.alice, true)
  const bob = await device(two, 'bob', secrets.bob, true)
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
  const tablet = await device(two, 'bob', secrets.bob, false)
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
  await eventually(async () => (((await backedUp()) ?? 0) >= 2 ? true : undefined), 30_000)
  const restored = await crypto.restoreKeyBackup()
  assert.equal(restored.imported, restored.total)
  await reads(tablet, roomId, 'hello Bob')
  await eventually(async () => ((await isVerified(alice, tablet)) ? true : undefined))

  // While Bob's server is down Alice gets a device and speaks with a new key; Bob reads it once the server is back.
  await two.stop()
  const phone = await device(one, 'alice', secrets.alice, false)
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
