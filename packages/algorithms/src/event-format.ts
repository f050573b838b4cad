// Whether what another server sent is an event at all: the first check on receipt of a PDU.
// "1. Is a valid event, otherwise it is dropped. For an event to be valid, it must contain a room_id, and it must comply
// with the event format of that room version." https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
import { withPlainNumbers } from '@myelin/protocol/exact-numbers'
import { CanonicalJsonError, type CanonicalMember, canonicalMembers, joinMembers } from './canonical-json.ts'
import type { Pdu } from './event.ts'
import { authEventsMax, isEventSizeAllowed, isIdentifierLengthAllowed, prevEventsMax } from './event-limits.ts'
import { type JsonObject, isObject, without } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'
import { isUserId } from './user-id.ts'

/** An event with its canonical JSON (without `unsigned`), or why it is none. */
export type PduCheck =
  | {
      readonly pdu: Pdu
      /** The same with numbers as they were written, which is what the lenient room versions hash and sign. */
      readonly exact: JsonObject
      readonly json: string
      /** What `json` is made of. */
      readonly members: readonly CanonicalMember[]
      readonly refusal?: undefined
    }
  | { readonly pdu?: undefined; readonly json?: undefined; readonly refusal: string }

export interface PduCheckOptions {
  /** An event of the past, as `/backfill` gives them: old ones follow and cite more events than those of today may. */
  readonly isHistory?: boolean
}

/**
 * Checks fields, limits and canonical form of an event in federation format, whose numbers may be exact
 * (`parseExactJson`); `unsigned` is dropped from it.
 */
export const checkPdu = (value: unknown, rules: RoomVersionRules, options: PduCheckOptions = {}): PduCheck => {
  if (!isObject(value)) return { refusal: 'an event is an object' }
  const exact = Object.hasOwn(value, 'unsigned') ? without(value, 'unsigned') : value
  const event = plain(exact)
  const hashed = rules.canonicalJson === 'lenient' ? exact : event
  const refusal = fieldRefusal(event, rules) ?? (options.isHistory === true ? undefined : numberRefusal(event))
  if (refusal !== undefined) return { refusal }
  try {
    const members = canonicalMembers(hashed, rules.canonicalJson)
    const json = joinMembers(members)
    if (!isEventSizeAllowed(json)) return { refusal: 'the event is larger than 65536 bytes' }
    return { pdu: event as Pdu, exact: hashed, json, members }
  } catch (error) {
    if (error instanceof CanonicalJsonError) return { refusal: error.message }
    throw error
  }
}

const plain = (event: JsonObject): JsonObject => {
  const numbered = withPlainNumbers(event)
  return isObject(numbered) ? numbered : {}
}

const fieldRefusal = (event: JsonObject, rules: RoomVersionRules): string | undefined =>
  identifierRefusal(event, rules) ?? referenceRefusal(event, rules) ?? restRefusal(event, rules)

const identifierRefusal = (event: JsonObject, rules: RoomVersionRules): string | undefined => {
  const names = ['type', 'sender']
  if (event['type'] !== 'm.room.create' || !rules.roomIdIsCreateHash) names.push('room_id')
  if (rules.eventIdFormat === 'opaque') names.push('event_id')
  if (event['state_key'] !== undefined) names.push('state_key')
  for (const name of names) {
    const text = event[name]
    if (typeof text !== 'string') return `${name} is not a string`
    if (!isIdentifierLengthAllowed(text, rules)) return `${name} is too long`
  }
  return isUserId(event['sender']) ? undefined : 'sender is not a user id'
}

const referenceRefusal = (event: JsonObject, rules: RoomVersionRules): string | undefined => {
  const isReference = (entry: unknown): boolean =>
    rules.eventReferences === 'ids'
      ? typeof entry === 'string'
      : Array.isArray(entry) && typeof entry[0] === 'string' && (entry.length === 1 || isObject(entry[1]))
  for (const name of ['auth_events', 'prev_events']) {
    const list = event[name]
    if (!Array.isArray(list) || !list.every(isReference)) return `${name} is not a list of events`
  }
  return undefined
}

const numberRefusal = (event: JsonObject): string | undefined => {
  for (const [name, max] of [
    ['auth_events', authEventsMax],
    ['prev_events', prevEventsMax],
  ] as const) {
    const list = event[name]
    if (Array.isArray(list) && list.length > max) return `${name} names more than ${max} events`
  }
  return undefined
}

const restRefusal = (event: JsonObject, rules: RoomVersionRules): string | undefined => {
  for (const name of ['content', 'hashes', 'signatures']) if (!isObject(event[name])) return `${name} is not an object`
  const { depth, origin_server_ts: ts } = event
  if (typeof depth !== 'number' || !Number.isInteger(depth) || depth < 0 || depth > rules.depthMax)
    return 'depth is out of range'
  return typeof ts === 'number' && Number.isInteger(ts) ? undefined : 'origin_server_ts is not an integer'
}
