// A user publishes signatures: of their own devices and master key, and of the master keys of others.
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keyssignaturesupload
import { isObject, type JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import {
  crossSigningKeysOf,
  setCrossSigningKey,
  setUserSignature,
  type CrossSigningRow,
} from '../store/cross-signing-keys.ts'
import { deviceKeysOf, setOwnDeviceKeys } from '../store/device-keys.ts'
import { deviceOf } from '../store/devices.ts'
import { journalKind } from '../store/store.ts'
import { aloneWithUser, type EncryptionContext, type KeyOwner } from './context.ts'
import { isSignedBy, parseKeys, sameKeys, signaturesBy, withSignaturesBy } from './signed-keys.ts'

/** Signed objects by user and by device ID or public key. */
export type SignaturesToUpload = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>

/** What could not be taken, by user and key. */
export type SignatureFailures = Record<string, Record<string, { errcode: string; error: string }>>

/** Takes each signature that is valid and of a key that is known; says what is wrong with the others. */
export async function uploadSignatures(
  context: EncryptionContext,
  owner: KeyOwner,
  upload: SignaturesToUpload,
): Promise<SignatureFailures> {
  const failures: SignatureFailures = {}
  for (const [userId, objects] of Object.entries(upload))
    for (const [name, signed] of Object.entries(objects)) {
      const signing = { name, signed }
      try {
        await aloneWithUser(context, owner.userNid, () =>
          userId === owner.userId
            ? signOwn(context, owner, signing)
            : signOther(context, owner, { ...signing, userId }),
        )
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error
        const { errcode, message } = error
        failures[userId] = { ...failures[userId], [name]: { errcode, error: message } }
      }
    }
  return failures
}

interface Signing {
  /** Device ID or public key. */
  readonly name: string
  readonly signed: JsonObject
}

async function signOwn(context: EncryptionContext, owner: KeyOwner, signing: Signing): Promise<void> {
  const keys = await crossSigningKeysOf(context.rooms.store.read, owner.userNid)
  const crossSigning = keys.find(({ publicKey }) => publicKey === signing.name)
  if (crossSigning) await signMaster(context, owner, { ...signing, crossSigning })
  else await signDevice(context, owner, { ...signing, keys })
}

/** The self-signing key signs devices. */
async function signDevice(
  { rooms }: EncryptionContext,
  owner: KeyOwner,
  { name, signed, keys }: Signing & { readonly keys: readonly CrossSigningRow[] },
): Promise<void> {
  const { store } = rooms
  const { userId, userNid } = owner
  const [device, stored] = [await deviceOf(store.read, userNid, name), await deviceKeysOf(store.read, userNid, name)]
  if (!device || !stored) throw notFound('There is no such device or key')
  const before = requireSame(parseKeys(stored.json), signed)
  const selfSigning = keys.find(({ usage }) => usage === 'self_signing')?.publicKey
  const added = validSignatures(
    signed,
    userId,
    selfSigning === undefined ? [] : [[`ed25519:${selfSigning}`, selfSigning]],
  )
  const json = JSON.stringify(withSignaturesBy(before, userId, added))
  if (json === stored.json) return
  await store.write((w) => {
    setOwnDeviceKeys(w, device.nid, json)
    w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: device.nid })
  })
}

/** The user's devices sign the master key, and the master key the others. */
async function signMaster(
  { rooms }: EncryptionContext,
  { userId, userNid }: KeyOwner,
  { signed, crossSigning }: Signing & { readonly crossSigning: CrossSigningRow },
): Promise<void> {
  const { store } = rooms
  if (crossSigning.usage !== 'master') throw invalid('Only the master key is signed after it was uploaded')
  const before = requireSame(parseKeys(crossSigning.json), signed)
  const signers: [string, string][] = []
  for (const keyId of Object.keys(signaturesBy(signed, userId))) {
    const device = await deviceKeysOf(store.read, userNid, keyId.slice('ed25519:'.length))
    const keys = device ? parseKeys(device.json)['keys'] : undefined
    const publicKey = isObject(keys) ? keys[keyId] : undefined
    if (typeof publicKey === 'string') signers.push([keyId, publicKey])
  }
  const json = JSON.stringify(withSignaturesBy(before, userId, validSignatures(signed, userId, signers)))
  if (json === crossSigning.json) return
  await store.write((w) => {
    setCrossSigningKey(w, userNid, { ...crossSigning, json })
    w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: 0 })
  })
}

/** The user-signing key signs the master keys of others; nobody else sees it. */
async function signOther(
  { rooms }: EncryptionContext,
  owner: KeyOwner,
  { userId, name, signed }: Signing & { readonly userId: string },
): Promise<void> {
  const { store, users } = rooms
  const targetNid = await users.find(userId)
  const keys = targetNid === undefined ? [] : await crossSigningKeysOf(store.read, targetNid)
  const master = keys.find(({ usage, publicKey }) => usage === 'master' && publicKey === name)
  if (targetNid === undefined || !master) throw notFound('There is no such master key')
  requireSame(parseKeys(master.json), signed)
  const own = await crossSigningKeysOf(store.read, owner.userNid)
  const userSigning = own.find(({ usage }) => usage === 'user_signing')?.publicKey
  if (userSigning === undefined) throw notFound('You have no user-signing key')
  const keyId = `ed25519:${userSigning}`
  const signature = validSignatures(signed, owner.userId, [[keyId, userSigning]])[keyId] ?? ''
  await store.write((w) => {
    const position = w.journal({ kind: journalKind.deviceListTold, room: 0, user: owner.userNid, ref: 0 })
    setUserSignature(w, { signerNid: owner.userNid, targetNid, publicKey: name, keyId, signature, position })
  })
}

/** "The signed JSON object must match the key previously uploaded or retrieved …, with the exception of the `signatures`". */
function requireSame(known: JsonObject, signed: JsonObject): JsonObject {
  if (!sameKeys(known, signed)) throw invalid('This is not the key that was uploaded')
  return known
}

/** The valid ones among the user's signatures by these keys (ID and public key); throws when there is none. */
function validSignatures(
  signed: JsonObject,
  userId: string,
  keys: readonly (readonly [keyId: string, publicKey: string])[],
): Record<string, string> {
  const own = signaturesBy(signed, userId)
  const valid = keys.filter(([keyId, publicKey]) => isSignedBy(signed, userId, publicKey, keyId))
  if (valid.length === 0) throw invalid('There is no valid signature')
  return Object.fromEntries(valid.map(([keyId]) => [keyId, own[keyId] ?? '']))
}

const invalid = (message: string) => new MatrixError('M_INVALID_SIGNATURE', message)
const notFound = (message: string) => new MatrixError('M_NOT_FOUND', message)
