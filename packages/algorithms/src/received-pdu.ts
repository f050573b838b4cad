// An event as it arrives: checked for its format, redacted where its hash does not match, named, and made ready for its
// signatures to be checked. https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
import { canonicalJson } from './canonical-json.ts'
import { checkPdu, type PduCheckOptions } from './event-format.ts'
import type { Pdu } from './event.ts'
import { contentHashOf, eventIdOfText, hashMatches, referenceTextOf } from './hashes.ts'
import { objectMember, stringMember } from './json.ts'
import { redact } from './redaction.ts'
import type { RoomVersionRules } from './room-version.ts'
import { type EventSignature, signatureOf, verifyText } from './signatures.ts'

/** An event that was read. */
export interface ReceivedPdu {
  readonly eventId: string
  /** The event to go on with: "if the hash check fails … the receiving server should use the redacted copy". */
  readonly pdu: Pdu
  /** Its canonical JSON, without `unsigned`; numbers as they were written. */
  readonly json: string
  /** The hash did not match, so the event was redacted. */
  readonly isRedacted: boolean
  /** What its signatures cover. */
  readonly signedText: string
}

/**
 * Reads an event, or says why it is none and has to be dropped. Where numbers were read exactly (`parseExactJson`), hashes
 * and signatures of room versions 1 to 5 are those of their text.
 */
export const readPdu = (
  value: unknown,
  rules: RoomVersionRules,
  options: PduCheckOptions = {},
): ReceivedPdu | { readonly refusal: string; readonly pdu?: undefined } => {
  const checked = checkPdu(value, rules, options)
  if (checked.pdu === undefined) return checked
  const { pdu, exact, json, members } = checked
  const content = objectMember(exact, 'content') ?? {}
  const signedText = referenceTextOf({ type: pdu.type, content }, members, rules)
  const eventId =
    rules.eventIdFormat === 'opaque' ? (stringMember(pdu, 'event_id') ?? '') : eventIdOfText(signedText, rules)
  if (hashMatches(exact, contentHashOf(members))) return { eventId, pdu, json, isRedacted: false, signedText }
  const redactedJson = canonicalJson(redact(exact, rules), rules.canonicalJson)
  return { eventId, pdu: redact(pdu, rules), json: redactedJson, isRedacted: true, signedText }
}

/** Whether the event carries a valid signature by the entity's key. */
export const verifyReceived = ({ pdu, signedText }: ReceivedPdu, by: EventSignature): boolean => {
  const signature = signatureOf(pdu, by.entity, by.keyId)
  return signature !== undefined && verifyText(signedText, signature, by.publicKey)
}
