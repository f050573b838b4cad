// What a server publishes about its keys, checked: the document names the server and is signed by one of its keys.
// https://spec.matrix.org/v1.19/server-server-api/#publishing-keys
import { decodeBase64 } from '@myelin/algorithms/base64'
import type { JsonObject } from '@myelin/algorithms/json'
import type { KeyTimes } from '@myelin/algorithms/key-validity'
import { signatureOf, verifyJson } from '@myelin/algorithms/signatures'
import type { ServerKeys } from '@myelin/protocol/server-server/definitions/keys'
import { keyDocumentSignaturesMax, keysPerServerMax } from '../federation-limits.ts'

/** A key of a server. */
export interface KnownKey {
  readonly keyId: string
  readonly publicKey: Uint8Array
  readonly times: KeyTimes
}

export interface KeyDocument {
  readonly keys: readonly KnownKey[]
  readonly validUntilTs: number
  /** The document as it came. */
  readonly document: JsonObject
}

/** The keys in a document, or in words why it is not believed. */
export function readKeyDocument(document: ServerKeys, serverName: string): KeyDocument | string {
  const { verify_keys, old_verify_keys = {}, valid_until_ts: validUntilTs } = document
  if (document.server_name !== serverName) return `the keys are those of ${document.server_name}`
  if (Object.keys(verify_keys).length + Object.keys(old_verify_keys).length > keysPerServerMax)
    return `there are more than ${keysPerServerMax} keys`
  const current = Object.entries(verify_keys).flatMap(([id, { key }]) => known(id, key, { validUntilTs }))
  const old = Object.entries(old_verify_keys).flatMap(([id, { key, expired_ts }]) =>
    known(id, key, { expiredTs: expired_ts }),
  )
  const signers = current.filter(({ keyId }) => signatureOf(document, serverName, keyId) !== undefined)
  const isSigned = signers
    .slice(0, keyDocumentSignaturesMax)
    .some(({ keyId, publicKey }) => verifyJson(document, serverName, keyId, publicKey))
  if (!isSigned) return 'the keys are not signed by one of them'
  const names = new Set(current.map(({ keyId }) => keyId))
  return { keys: [...current, ...old.filter(({ keyId }) => !names.has(keyId))], validUntilTs, document }
}

/** Keys of other algorithms are left out. */
function known(keyId: string, key: string, times: KeyTimes): KnownKey[] {
  const publicKey = decodeBase64(key)
  return keyId.startsWith('ed25519:') && publicKey?.length === 32 ? [{ keyId, publicKey, times }] : []
}
