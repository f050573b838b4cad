// Signed JSON and signed events. https://spec.matrix.org/v1.19/appendices/#signing-json
import { decodeBase64 } from './base64.ts'
import { CanonicalJsonError, canonicalJson } from './canonical-json.ts'
import { verifyEd25519 } from './ed25519.ts'
import { contentHash, referenceText } from './hashes.ts'
import { type JsonObject, isObject, objectMember, stringMember, without } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'
import type { SigningKey } from './signing-key.ts'

export { type SigningKey, signingKeyFromLine, signingKeyFromPem, signingKeyFromSeed } from './signing-key.ts'

/** Who signs: the entity's name, such as a server name or user id, and its key. */
export interface Signer {
  readonly serverName: string
  readonly key: SigningKey
}

/** The text whose bytes are signed: "the JSON object without `signatures` or `unsigned`" in canonical form. */
export const signedText = (object: JsonObject): string =>
  canonicalJson(without(object, 'signatures', 'unsigned'), 'lenient')

/** A copy of `object` with the entity's signature added to those it has. */
export const signJson = <Signed extends JsonObject>(
  object: Signed,
  entity: string,
  key: SigningKey,
): Signed & { readonly signatures: JsonObject } =>
  withSignature(object, { entity, keyId: key.keyId }, key.sign(signedText(object)))

/** A copy of `object` with a signature put beside those it has. */
export const withSignature = <Signed extends JsonObject>(
  object: Signed,
  by: { readonly entity: string; readonly keyId: string },
  signature: string,
): Signed & { readonly signatures: JsonObject } => {
  const signatures = objectMember(object, 'signatures') ?? {}
  const own = objectMember(signatures, by.entity) ?? {}
  return { ...object, signatures: { ...signatures, [by.entity]: { ...own, [by.keyId]: signature } } }
}

/** The signature in base64 that `object` carries from an entity's key, if it does. */
export const signatureOf = (object: JsonObject, entity: string, keyId: string): string | undefined => {
  const own = objectMember(objectMember(object, 'signatures') ?? {}, entity)
  return own === undefined ? undefined : stringMember(own, keyId)
}

/** Ids of the Ed25519 keys with which `entity` signed; "removes any signing key identifiers with algorithms it doesn't understand". */
export const signingKeyIds = (object: JsonObject, entity: string): readonly string[] => {
  const own = objectMember(objectMember(object, 'signatures') ?? {}, entity) ?? {}
  return Object.keys(own).filter((keyId) => keyId.startsWith('ed25519:') && keyId.length > 'ed25519:'.length)
}

/** The entities that signed an object, whether validly or not. */
export const signingEntities = (object: JsonObject): readonly string[] =>
  Object.entries(objectMember(object, 'signatures') ?? {}).flatMap(([entity, own]) => (isObject(own) ? [entity] : []))

/** Whether text is signed by the key: `signature` is base64, padded or not. */
export const verifyText = (text: string, signature: string, publicKey: Uint8Array): boolean => {
  const bytes = decodeBase64(signature)
  return bytes !== undefined && verifyEd25519(Buffer.from(text), bytes, publicKey)
}

/** Whether `object` carries a valid signature by the entity's key; an object without canonical JSON never does. */
export const verifyJson = (object: JsonObject, entity: string, keyId: string, publicKey: Uint8Array): boolean => {
  const signature = signatureOf(object, entity, keyId)
  return signature !== undefined && verifies(() => signedText(object), signature, publicKey)
}

const verifies = (text: () => string, signature: string, publicKey: Uint8Array): boolean => {
  try {
    return verifyText(text(), signature, publicKey)
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false // nobody can have signed what has no canonical form
    throw error
  }
}

/** A copy of the event with its content hash and the server's signature. */
export const signEvent = <Event extends JsonObject>(event: Event, rules: RoomVersionRules, signer: Signer) => {
  const hashed = { ...event, hashes: { sha256: contentHash(event) } }
  return addEventSignature(hashed, rules, signer)
}

/** A copy of an event that has its hash already with one more server's signature, as for restricted joins and invites. */
export const addEventSignature = <Event extends JsonObject>(
  event: Event,
  rules: RoomVersionRules,
  { serverName, key }: Signer,
) => withSignature(event, { entity: serverName, keyId: key.keyId }, key.sign(referenceText(event, rules)))

/** Which signature of an event to check. */
export interface EventSignature {
  readonly entity: string
  readonly keyId: string
  readonly publicKey: Uint8Array
}

/** Whether the event, as redacted by its room version, carries a valid signature by the entity's key. */
export const verifyEvent = (event: JsonObject, rules: RoomVersionRules, by: EventSignature): boolean => {
  const signature = signatureOf(event, by.entity, by.keyId)
  return signature !== undefined && verifies(() => referenceText(event, rules), signature, by.publicKey)
}
