// A user publishes their cross-signing keys. https://spec.matrix.org/v1.19/client-server-api/#cross-signing
import type { CrossSigningKey } from '@myelin/protocol/client-server/definitions/cross_signing_key'
import { decodeBase64 } from '@myelin/algorithms/base64'
import { MatrixError } from '@myelin/protocol/errors'
import { deviceKeysBytesMax } from '../limits.ts'
import {
  crossSigningKeysOf,
  setCrossSigningKey,
  type CrossSigningRow,
  type KeyUsage,
} from '../store/cross-signing-keys.ts'
import { deviceOf } from '../store/devices.ts'
import { journalKind } from '../store/store.ts'
import { aloneWithUser, type EncryptionContext, type KeyOwner } from './context.ts'
import { isSignedBy, signaturesBy, withSignaturesBy } from './signed-keys.ts'

export interface CrossSigningUpload {
  readonly master_key?: CrossSigningKey | undefined
  readonly self_signing_key?: CrossSigningKey | undefined
  readonly user_signing_key?: CrossSigningKey | undefined
}

/** Asks the user to prove who they are, and returns what is to be called once all is done; throws until they have. */
export type Authorize = () => Promise<{ end(): void }>

interface NewKey {
  readonly row: CrossSigningRow
  readonly key: CrossSigningKey
}

/**
 * Publishes keys. "User-Interactive Authentication MUST be performed … except": there is no master key yet, or "the
 * request contains no new keys".
 */
export function uploadCrossSigningKeys(
  context: EncryptionContext,
  owner: KeyOwner,
  { upload, authorize }: { readonly upload: CrossSigningUpload; readonly authorize: Authorize },
): Promise<void> {
  return aloneWithUser(context, owner.userNid, async () => {
    const { store } = context.rooms
    const known = new Map((await crossSigningKeysOf(store.read, owner.userNid)).map((row) => [row.usage, row]))
    const keys = readUpload(owner, upload)
    const master = keys.find(({ row }) => row.usage === 'master')?.row.publicKey ?? known.get('master')?.publicKey
    if (master === undefined) throw new MatrixError('M_MISSING_PARAM', 'There is no master key yet: send one')
    for (const key of keys) await requireSound(context, owner, { key, master })
    const changed = keys.filter(({ row }) => known.get(row.usage)?.publicKey !== row.publicKey)
    if (changed.length === 0) return
    const authorized = known.has('master') ? await authorize() : undefined
    await store.write((w) => {
      for (const { row } of changed) setCrossSigningKey(w, owner.userNid, row)
      w.journal({ kind: journalKind.deviceList, room: 0, user: owner.userNid, ref: 0 })
    })
    authorized?.end()
  })
}

const readUpload = (owner: KeyOwner, upload: CrossSigningUpload): NewKey[] => [
  ...readKey(owner, 'master', upload.master_key),
  ...readKey(owner, 'self_signing', upload.self_signing_key),
  ...readKey(owner, 'user_signing', upload.user_signing_key),
]

/** One Ed25519 key, named by itself. */
function readKey({ userId }: KeyOwner, usage: KeyUsage, key: CrossSigningKey | undefined): NewKey[] {
  if (!key) return []
  const [[keyId, publicKey] = ['', ''], ...more] = Object.entries(key.keys)
  const isSound = keyId === `ed25519:${publicKey}` && decodeBase64(publicKey)?.length === 32 && more.length === 0
  if (!isSound) throw new MatrixError('M_INVALID_PARAM', `The ${usage} key must be one Ed25519 key, named by itself`)
  if (key.user_id !== userId || !key.usage.includes(usage))
    throw new MatrixError('M_INVALID_PARAM', `The ${usage} key is of another user or for another use`)
  const json = JSON.stringify(withSignaturesBy(key, userId, signaturesBy(key, userId)))
  if (json.length > deviceKeysBytesMax) throw new MatrixError('M_INVALID_PARAM', `The ${usage} key is too long`)
  return [{ row: { usage, publicKey, json }, key }]
}

async function requireSound(
  { rooms }: EncryptionContext,
  { userId, userNid }: KeyOwner,
  { key: { row, key }, master }: { readonly key: NewKey; readonly master: string },
): Promise<void> {
  if (await deviceOf(rooms.store.read, userNid, row.publicKey))
    throw new MatrixError('M_FORBIDDEN', 'A device is called like this key')
  if (row.usage !== 'master' && !isSignedBy(key, userId, master))
    throw new MatrixError('M_INVALID_SIGNATURE', `The ${row.usage} key is not signed by the master key`)
}
