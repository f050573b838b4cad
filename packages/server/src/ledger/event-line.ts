// One event in a segment: a line of JSON with the event as servers exchange it.
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { isObject, type JsonObject } from '@myelin/algorithms/json'
import { redact } from '@myelin/algorithms/redaction'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { parseExactJson } from '@myelin/protocol/exact-numbers'

export interface EventLine {
  readonly event_id: string
  /** Events it cites that the ledger does not hold, because the server never had them or did not accept them. */
  readonly not_held?: readonly string[]
  /** In federation format; redacted on the branch that never changes. */
  readonly pdu: JsonObject
}

/** The text of a line. `pdu` is JSON text. */
export function eventLine(eventId: string, pdu: string, notHeld: readonly string[] = []): string {
  const missing = notHeld.length === 0 ? '' : `"not_held":${JSON.stringify(notHeld)},`
  return `{"event_id":${JSON.stringify(eventId)},${missing}"pdu":${pdu}}`
}

/** Reads a line; undefined when it is none. Numbers keep their text. */
export function parseEventLine(text: string): EventLine | undefined {
  const value = parsed(text)
  if (!isObject(value) || typeof value['event_id'] !== 'string' || !isObject(value['pdu'])) return undefined
  const missing = value['not_held'] ?? []
  if (!Array.isArray(missing) || !missing.every((each) => typeof each === 'string')) return undefined
  return { event_id: value['event_id'], not_held: missing, pdu: value['pdu'] }
}

function parsed(text: string): unknown {
  try {
    return parseExactJson(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined // damaged: the caller says where
    throw error
  }
}

/** The redacted form, which is what hash and signatures cover and never changes. */
export const redactedText = (pdu: JsonObject, rules: RoomVersionRules): string =>
  canonicalJson(redact(pdu, rules), 'lenient')
