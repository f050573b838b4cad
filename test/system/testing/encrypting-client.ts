// The real client with encryption: devices of people who know a secret by heart, and what they say and read.
import {
  createClient,
  MsgType,
  type AuthDict,
  type MatrixClient,
  type MatrixEvent,
  type UIAuthCallback,
} from 'matrix-js-sdk'
import { eventually } from './network.ts'
import { quiet } from './quiet-logger.ts'

for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const) console[level] = () => undefined

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
  (server: Reached): typeof fetch =>
  (input, init) =>
    fetch(String(input).replace(baseUrl, server.baseUrl), init)

/** A homeserver; its address may change while clients use it. */
export interface Reached {
  readonly baseUrl: string
}

/** What a person keeps outside of any device. */
export interface Secrets {
  storageKey?: [string, Uint8Array<ArrayBuffer>]
}

/** A device of a person, with encryption; `secrets` are what the person knows by heart. */
export async function device(
  server: Reached,
  name: string,
  { secrets, isNew }: { readonly secrets: Secrets; readonly isNew: boolean },
): Promise<MatrixClient> {
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
export const authorize =
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
export async function setUp(client: MatrixClient, name: string): Promise<void> {
  const crypto = client.getCrypto()!
  await crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: authorize(name) })
  await crypto.bootstrapSecretStorage({
    createSecretStorageKey: () => crypto.createRecoveryKeyFromPassphrase(),
    setupNewKeyBackup: true,
  })
}

export const say = (client: MatrixClient, roomId: string, body: string): Promise<unknown> =>
  client.sendMessage(roomId, { msgtype: MsgType.Text, body })

/** The texts that a client could decrypt. */
export const texts = (client: MatrixClient, roomId: string): string[] =>
  (client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? []).flatMap((event: MatrixEvent) =>
    event.getType() === 'm.room.message' && !event.isDecryptionFailure() ? [String(event.getContent()['body'])] : [],
  )

export const reads = (client: MatrixClient, roomId: string, body: string): Promise<true> =>
  eventually(async () => (texts(client, roomId).includes(body) ? true : undefined))
