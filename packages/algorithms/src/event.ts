// Events as servers exchange them (PDUs), and the part of them that authorisation and state resolution look at.
// https://spec.matrix.org/v1.19/server-server-api/#pdus
import { eventIdOf } from './hashes.ts'
import { type JsonObject, stringMember } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'

/** An event in federation format whose fields have been checked (`checkPdu`). Its other members are kept. */
export interface Pdu extends JsonObject {
  readonly type: string
  readonly sender: string
  readonly content: JsonObject
  /** Absent from the create event of rooms whose id is that event's hash. */
  readonly room_id?: string
  readonly state_key?: string
  /** Only where event ids are chosen by the sending server. */
  readonly event_id?: string
  readonly redacts?: string
  readonly origin_server_ts: number
  readonly depth: number
  readonly prev_events: readonly EventReference[]
  readonly auth_events: readonly EventReference[]
  readonly hashes: JsonObject
  readonly signatures: JsonObject
  readonly unsigned?: JsonObject
}

/** How an event names another: its id, or in room versions 1 and 2 its id and hashes. */
export type EventReference = string | readonly [eventId: string, hashes: JsonObject]

/** What the authorisation rules need to know of an event. */
export interface AuthEvent {
  readonly eventId: string
  /** As the event has it: undefined on a create event without `room_id`. */
  readonly roomId: string | undefined
  readonly type: string
  readonly stateKey?: string | undefined
  readonly sender: string
  readonly content: JsonObject
  /** Ids of the previous events; looked at for create events and joins only. */
  readonly prevEvents: readonly string[]
  /** The event redacted; looked at in room versions 1 and 2 only. */
  readonly redacts?: string | undefined
  /** The event failed its authorisation. */
  readonly rejected?: boolean | undefined
  /** False when the signature of the server in `join_authorised_via_users_server` was checked and is not valid. */
  readonly authorisingServerSigned?: boolean | undefined
}

/** The ids in a list of references. */
export const referencedIds = (references: readonly EventReference[]): readonly string[] =>
  references.map((reference) => (typeof reference === 'string' ? reference : reference[0]))

/** The id of the room an event belongs to, which a create event without `room_id` implies by its own id. */
export const roomIdOf = (pdu: Pdu, eventId: string): string => pdu.room_id ?? `!${eventId.slice(1)}`

/** The id of the event that a redaction redacts, from where the room version keeps it. */
export const redactsOf = (pdu: Pdu, rules: RoomVersionRules): string | undefined =>
  stringMember(rules.redactsInContent ? pdu.content : pdu, 'redacts')

/** The view of `pdu` that authorisation takes; the event id is computed unless given. */
export const authEventOf = (pdu: Pdu, rules: RoomVersionRules, eventId: string = eventIdOf(pdu, rules)): AuthEvent => ({
  eventId,
  roomId: pdu.room_id,
  type: pdu.type,
  stateKey: pdu.state_key,
  sender: pdu.sender,
  content: pdu.content,
  prevEvents: referencedIds(pdu.prev_events),
  redacts: redactsOf(pdu, rules),
})
