// Makes an event: hashes it, signs it, names it. The text is put together once and reused for the content hash, for the
// signature and reference hash, and as the event itself.
// https://spec.matrix.org/v1.19/server-server-api/#adding-hashes-and-signatures-to-outgoing-events
import { type CanonicalJsonMode, canonicalJson } from './canonical-json.ts'
import type { EventReference, Pdu } from './event.ts'
import { sha256Base64 } from './hashes.ts'
import type { JsonObject } from './json.ts'
import { redactContent } from './redaction.ts'
import type { RoomVersionRules } from './room-version.ts'
import type { Signer } from './signatures.ts'

/** An event before it is hashed and signed, in federation format. */
export interface UnsignedEvent {
  readonly type: string
  readonly sender: string
  readonly content: JsonObject
  /** Left out on the create event of rooms whose id is that event's hash. */
  readonly room_id?: string | undefined
  /** Given for state events. */
  readonly state_key?: string | undefined
  /** Given where event ids are chosen by the sending server (`eventIdFormat` is `opaque`). */
  readonly event_id?: string | undefined
  /** The event redacted, where the room version names it at top level. */
  readonly redacts?: string | undefined
  /** Milliseconds since the epoch. */
  readonly origin_server_ts: number
  readonly depth: number
  readonly prev_events: readonly EventReference[]
  readonly auth_events: readonly EventReference[]
}

/** A finished event: its id, its canonical JSON with hash and signature, and the same as an object. */
export interface BuiltEvent {
  readonly eventId: string
  readonly json: string
  readonly pdu: Pdu
}

/**
 * Hashes and signs an event. The caller has decided every field; sizes are checked by `checkEventSize`.
 * Throws CanonicalJsonError when the room version allows no such content.
 */
export const buildEvent = (event: UnsignedEvent, rules: RoomVersionRules, { serverName, key }: Signer): BuiltEvent => {
  const texts = eventTexts(event, rules)
  const sha256 = sha256Base64(texts.hashed)
  const hashes = `,"hashes":{"sha256":"${sha256}"}`
  const reference = texts.head + texts.redactedContent + texts.afterContent + hashes + texts.afterHashes + texts.tail
  const signature = key.sign(reference)
  const signatures = `,"signatures":{${JSON.stringify(serverName)}:{"${key.keyId}":"${signature}"}}`
  const json = texts.head + texts.content + texts.afterContent + hashes + texts.redacts + signatures + texts.tail
  const pdu = { ...defined(event), hashes: { sha256 }, signatures: { [serverName]: { [key.keyId]: signature } } }
  return { eventId: idOf(event, rules, reference), json, pdu }
}

/** The parts of an event's canonical JSON, in order; members are sorted by name. */
const eventTexts = (event: UnsignedEvent, rules: RoomVersionRules) => {
  const text = (value: unknown): string => canonicalJson(value, rules.canonicalJson)
  const optional = optionalMember(rules.canonicalJson)
  const content = text(event.content)
  const redacted = redactContent(event.type, event.content, rules)
  const redactedContent = redacted === event.content ? content : text(redacted)
  const head = `{"auth_events":${text(event.auth_events)},"content":`
  const afterContent = `,"depth":${depthText(event.depth) ?? text(event.depth)}${optional('event_id', event.event_id)}`
  const times = `,"origin_server_ts":${text(event.origin_server_ts)},"prev_events":${text(event.prev_events)}`
  const ids = `${optional('room_id', event.room_id)},"sender":${text(event.sender)}`
  const tail = `${optional('state_key', event.state_key)},"type":${text(event.type)}}`
  const redacts = times + optional('redacts', event.redacts) + ids
  const hashed = head + content + afterContent + redacts + tail
  return { head, content, redactedContent, afterContent, afterHashes: times + ids, redacts, tail, hashed }
}

/** 2^63 - 1, the greatest depth of the first room versions, is no JavaScript number: 2^63 stands for it. */
const depthText = (depth: number): string | undefined => (depth === 2 ** 63 ? '9223372036854775807' : undefined)

const optionalMember =
  (mode: CanonicalJsonMode) =>
  (name: string, value: string | undefined): string =>
    value === undefined ? '' : `,"${name}":${canonicalJson(value, mode)}`

const idOf = (event: UnsignedEvent, rules: RoomVersionRules, reference: string): string => {
  if (rules.eventIdFormat === 'opaque') return event.event_id ?? ''
  const hash = sha256Base64(reference)
  return `$${rules.eventIdFormat === 'base64url' ? hash.replaceAll('+', '-').replaceAll('/', '_') : hash}`
}

/** The event without members that are undefined. */
const defined = ({ room_id, state_key, event_id, redacts, ...event }: UnsignedEvent) => ({
  ...event,
  ...(room_id === undefined ? {} : { room_id }),
  ...(state_key === undefined ? {} : { state_key }),
  ...(event_id === undefined ? {} : { event_id }),
  ...(redacts === undefined ? {} : { redacts }),
})
