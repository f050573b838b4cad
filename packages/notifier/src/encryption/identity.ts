// Who the account is to others who encrypt: its cross-signing keys. They lie in the account's own data, locked with the
// recovery key; with that, each run's new device is signed by the account, and no human has to confirm it.
import type { CrossSigningKeyExport, OlmMachine } from '@matrix-org/matrix-sdk-crypto-wasm'
import { getAccountData, setAccountData } from '@myelin/protocol/client-server/account-data'
import { uploadCrossSigningKeys } from '@myelin/protocol/client-server/cross_signing'
import { queryKeys } from '@myelin/protocol/client-server/keys'
import { randomBytes } from 'node:crypto'
import { NotifierError } from '../failure.ts'
import { refusalOf, type Content, type Homeserver } from '../homeserver.ts'
import { isContent } from '../message-content.ts'
import { sendOutgoing, sendRequest, type Library } from './machine.ts'
import { isKey, keyCheck, lock, unlock } from './secret-storage.ts'

const secretNames = {
  masterKey: 'm.cross_signing.master',
  self_signing_key: 'm.cross_signing.self_signing',
  userSigningKey: 'm.cross_signing.user_signing',
} as const
type SecretName = keyof typeof secretNames

export interface Device {
  readonly machine: OlmMachine
  readonly library: Library
}

/** Whether the account has cross-signing keys. */
export async function hasIdentity(homeserver: Homeserver): Promise<boolean> {
  const { userId } = homeserver
  const answer = await homeserver.call(queryKeys, { device_keys: { [userId]: [] } })
  return answer.master_keys?.[userId] !== undefined
}

/** Makes the account's identity and keeps it in the account's data, locked with the key. */
export async function makeIdentity(
  homeserver: Homeserver,
  { machine, library }: Device,
  { recoveryKey, password }: { readonly recoveryKey: Uint8Array; readonly password: string },
): Promise<void> {
  const requests = await machine.bootstrapCrossSigning(true)
  const keys = await machine.exportCrossSigningKeys()
  if (keys === undefined) throw new Error('new cross-signing keys can be exported')
  // Kept before they are published: an identity whose keys nobody has could never be used.
  await keepIdentity(homeserver, keys, recoveryKey)
  await sendOutgoing(homeserver, machine, library)
  await publishKeys(homeserver, JSON.parse(requests.uploadSigningKeysRequest.body) as Content, password)
  await sendRequest(homeserver, { machine, library, request: requests.uploadSignaturesRequest })
}

/** Publishes the keys, with the password where the homeserver asks for it. */
async function publishKeys(homeserver: Homeserver, body: Content, password: string): Promise<void> {
  try {
    await homeserver.call(uploadCrossSigningKeys, body)
  } catch (error) {
    const session = refusalOf(error)?.fields['session']
    if (typeof session !== 'string') throw error
    const identifier = { type: 'm.id.user', user: homeserver.userId } as const
    const auth = { type: 'm.login.password', identifier, password, session }
    await homeserver.call(uploadCrossSigningKeys, { ...body, auth })
  }
}

async function keepIdentity(homeserver: Homeserver, keys: CrossSigningKeyExport, recoveryKey: Uint8Array) {
  const keyId = randomBytes(16).toString('hex')
  const description = {
    algorithm: 'm.secret_storage.v1.aes-hmac-sha2',
    name: 'myelin-notify',
    ...keyCheck(recoveryKey),
  }
  await keep(homeserver, `m.secret_storage.key.${keyId}`, description)
  for (const [member, type] of Object.entries(secretNames)) {
    const secret = keys[member as SecretName]
    if (secret === undefined) throw new Error(`${type} is among new cross-signing keys`)
    await keep(homeserver, type, { encrypted: { [keyId]: lock(recoveryKey, type, secret) } })
  }
  await keep(homeserver, 'm.secret_storage.default_key', { key: keyId })
}

const keep = (homeserver: Homeserver, type: string, body: Content) =>
  homeserver.call(setAccountData, { userId: homeserver.userId, type, body })

/** Takes the account's identity into use and signs this device with it. Throws `NotifierError` of kind `encrypted`. */
export async function takeIdentity(
  homeserver: Homeserver,
  { machine, library }: Device,
  recoveryKey: Uint8Array,
): Promise<void> {
  const keyId = await keyIdOf(homeserver, recoveryKey)
  const secrets: (string | undefined)[] = []
  for (const type of Object.values(secretNames)) {
    const stored = (await readData(homeserver, type))?.['encrypted']
    secrets.push(unlock(recoveryKey, type, isContent(stored) ? stored[keyId] : undefined))
  }
  // The library takes private keys only where it knows the public ones.
  await machine.updateTrackedUsers([machine.userId])
  await sendOutgoing(homeserver, machine, library)
  const status = await machine.importCrossSigningKeys(...secrets)
  if (!status.hasSelfSigning)
    throw new NotifierError('encrypted', 'The recovery key opens no cross-signing keys of this account')
  await signDevice(homeserver, { machine, library })
}

/** The id of the storage key that this is. */
async function keyIdOf(homeserver: Homeserver, recoveryKey: Uint8Array): Promise<string> {
  const keyId = (await readData(homeserver, 'm.secret_storage.default_key'))?.['key']
  if (typeof keyId !== 'string')
    throw new NotifierError(
      'encrypted',
      'The account has no cross-signing keys yet: make them once with `myelin-notify encryption setup`',
    )
  if (!isKey(recoveryKey, await readData(homeserver, `m.secret_storage.key.${keyId}`)))
    throw new NotifierError('encrypted', 'The recovery key is not the one of this account')
  return keyId
}

const readData = (homeserver: Homeserver, type: string): Promise<Content | undefined> =>
  homeserver.find(getAccountData, { userId: homeserver.userId, type })

async function signDevice(homeserver: Homeserver, { machine, library }: Device): Promise<void> {
  const device = await machine.getDevice(machine.userId, machine.deviceId)
  if (device === undefined) throw new Error('the device knows itself')
  await sendRequest(homeserver, { machine, library, request: await device.verify() })
}
