// Key objects as clients sign them: what is signed of them, who signed, and their signatures put together.
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { decodeBase64 } from '@myelin/algorithms/base64'
import { isObject, type JsonObject, objectMember, without } from '@myelin/algorithms/json'
import { verifyJson } from '@myelin/algorithms/signatures'

/** The object in stored JSON text. */
export function parseKeys(json: string): JsonObject {
  const value: unknown = JSON.parse(json)
  if (!isObject(value)) throw new TypeError('stored keys are an object')
  return value
}

/** Whether two objects are the same but for their signatures. */
export const sameKeys = (one: JsonObject, other: JsonObject): boolean => signedPart(one) === signedPart(other)

const signedPart = (keys: JsonObject): string => canonicalJson(without(keys, 'signatures', 'unsigned'), 'lenient')

/** The signatures of a user on an object: base64 by key ID. */
export const signaturesBy = (keys: JsonObject, userId: string): Record<string, string> => {
  const own = objectMember(objectMember(keys, 'signatures') ?? {}, userId) ?? {}
  return Object.fromEntries(
    Object.entries(own).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** The object with the signatures of one user only, those given added to its own. */
export function withSignaturesBy(
  keys: JsonObject,
  userId: string,
  added: Readonly<Record<string, string>>,
): JsonObject {
  const signatures = { ...signaturesBy(keys, userId), ...added }
  const rest = without(keys, 'signatures', 'unsigned')
  return Object.keys(signatures).length === 0 ? rest : { ...rest, signatures: { [userId]: signatures } }
}

/** Whether the object carries a valid signature of the user by this key. */
export function isSignedBy(
  keys: JsonObject,
  userId: string,
  publicKey: string,
  keyId = `ed25519:${publicKey}`,
): boolean {
  const bytes = decodeBase64(publicKey)
  return bytes?.length === 32 && verifyJson(keys, userId, keyId, bytes)
}
