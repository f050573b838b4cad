// The two hashes of an event: of its content, which it carries, and of its redacted form, by which others refer to it.
// https://spec.matrix.org/v1.19/server-server-api/#calculating-the-content-hash-for-an-event
import { hash } from 'node:crypto'
import { decodeBase64 } from './base64.ts'
import { canonicalJson } from './canonical-json.ts'
import { type JsonObject, isObject, stringMember, without } from './json.ts'
import { redact } from './redaction.ts'
import type { RoomVersionRules } from './room-version.ts'

/** SHA-256 of text in UTF-8, as unpadded base64. */
export const sha256Base64 = (text: string): string => hash('sha256', text, 'base64').slice(0, 43)

/** The content hash, in unpadded base64: "the event minus `unsigned`, `signatures` and `hashes`". */
export const contentHash = (pdu: JsonObject): string =>
  sha256Base64(canonicalJson(without(pdu, 'unsigned', 'signatures', 'hashes'), 'lenient'))

/** Whether the event carries its own content hash. */
export const hashMatches = (pdu: JsonObject): boolean => {
  const carried = isObject(pdu['hashes']) ? stringMember(pdu['hashes'], 'sha256') : undefined
  if (carried === undefined) return false
  const computed = contentHash(pdu)
  if (carried === computed) return true
  const bytes = decodeBase64(carried)
  return bytes !== undefined && Buffer.from(computed, 'base64').equals(bytes)
}

/** The text that is signed and whose hash is the reference hash: the redacted event minus `signatures` and `unsigned`. */
export const referenceText = (pdu: JsonObject, rules: RoomVersionRules): string =>
  canonicalJson(without(redact(pdu, rules), 'signatures', 'unsigned'), 'lenient')

/** The reference hash, in unpadded base64 of the alphabet asked for. */
export const referenceHash = (
  pdu: JsonObject,
  rules: RoomVersionRules,
  alphabet: 'base64' | 'base64url' = alphabetOf(rules),
): string => hash('sha256', referenceText(pdu, rules), alphabet).slice(0, 43)

const alphabetOf = ({ eventIdFormat }: RoomVersionRules) => (eventIdFormat === 'base64url' ? 'base64url' : 'base64')

/** The id of an event: `$` and the reference hash, or in room versions 1 and 2 the id it carries (empty when it has none). */
export const eventIdOf = (pdu: JsonObject, rules: RoomVersionRules): string =>
  rules.eventIdFormat === 'opaque'
    ? (stringMember(pdu, 'event_id') ?? '')
    : eventIdOfText(referenceText(pdu, rules), rules)

/** The id of an event by its `referenceText`, from room version 3. */
export const eventIdOfText = (text: string, rules: RoomVersionRules): string =>
  `$${hash('sha256', text, alphabetOf(rules)).slice(0, 43)}`
