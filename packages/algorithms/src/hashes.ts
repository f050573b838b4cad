// The two hashes of an event: of its content, which it carries, and of its redacted form, by which others refer to it.
// https://spec.matrix.org/v1.19/server-server-api/#calculating-the-content-hash-for-an-event
import { hash } from 'node:crypto'
import { decodeBase64 } from './base64.ts'
import { canonicalJson, type CanonicalMember, joinMembers } from './canonical-json.ts'
import { type JsonObject, isObject, stringMember, without } from './json.ts'
import { redact, redactContent } from './redaction.ts'
import type { RoomVersionRules } from './room-version.ts'

/** SHA-256 of text in UTF-8, as unpadded base64. */
export const sha256Base64 = (text: string): string => hash('sha256', text, 'base64').slice(0, 43)

/** The content hash, in unpadded base64: "the event minus `unsigned`, `signatures` and `hashes`". */
export const contentHash = (pdu: JsonObject): string =>
  sha256Base64(canonicalJson(without(pdu, 'unsigned', 'signatures', 'hashes'), 'lenient'))

/** The content hash by the event's canonical members. */
export const contentHashOf = (members: readonly CanonicalMember[]): string =>
  sha256Base64(joinMembers(members.filter(({ name }) => !unhashed.has(name))))

const unhashed: ReadonlySet<string> = new Set(['unsigned', 'signatures', 'hashes'])

/** Whether the event carries its own content hash. */
export const hashMatches = (pdu: JsonObject, computed: string = contentHash(pdu)): boolean => {
  const carried = isObject(pdu['hashes']) ? stringMember(pdu['hashes'], 'sha256') : undefined
  if (carried === undefined) return false
  if (carried === computed) return true
  const bytes = decodeBase64(carried)
  return bytes !== undefined && Buffer.from(computed, 'base64').equals(bytes)
}

/** The text that is signed and whose hash is the reference hash: the redacted event minus `signatures` and `unsigned`. */
export const referenceText = (pdu: JsonObject, rules: RoomVersionRules): string =>
  canonicalJson(without(redact(pdu, rules), 'signatures', 'unsigned'), 'lenient')

/** The same by the event's canonical members, so that it is not put in order again. */
export const referenceTextOf = (
  { type, content }: { readonly type: string; readonly content: JsonObject },
  members: readonly CanonicalMember[],
  rules: RoomVersionRules,
): string => {
  const kept: CanonicalMember[] = []
  for (const member of members) {
    const { name } = member
    if (name === 'content') {
      const left = redactContent(type, content, rules)
      kept.push(left === content ? member : { name, text: `"content":${canonicalJson(left, 'lenient')}` })
    } else if (name !== 'signatures' && name !== 'unsigned' && rules.redaction.topLevel.includes(name))
      kept.push(member)
  }
  return joinMembers(kept)
}

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
