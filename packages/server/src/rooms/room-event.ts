// An event as the server holds it: its row, its text in federation format, and the client format cut from that text.
import { type AuthEvent, type Pdu, referencedIds } from '@myelin/algorithms/event'
import { type JsonObject, stringMember } from '@myelin/algorithms/json'
import { jsonSlices, type Slices } from './json-slices.ts'

/**
 * Bits of `RoomEvent.flags`. `forked`: the state after the event in the event graph is not `snapshot`, or that before it not
 * the one that was made from. `relayed`: it came from another server through this one, which passes it on to the servers in
 * the room. `unjudged`: it counts as rejected for other events until those it cites have been looked at. `gap`: what it
 * follows was not here when it came.
 */
export const eventFlag = {
  rejected: 1,
  softFailed: 2,
  outlier: 4,
  related: 8,
  forked: 16,
  relayed: 32,
  unjudged: 64,
  gap: 128,
} as const

/** Whether an event with these flags authorises nothing. */
export const countsAsRejected = (flags: number): boolean => (flags & (eventFlag.rejected | eventFlag.unjudged)) !== 0

/** What the row of an event holds besides its text. */
export interface RoomEventFields {
  readonly nid: number
  readonly roomId: string
  readonly eventId: string
  readonly senderNid: number
  /** Place in the timeline (store/places.ts); undefined for outliers and rejected events. */
  readonly ord: number | undefined
  readonly depth: number
  /** `origin_server_ts`, milliseconds. */
  readonly ts: number
  /** The state after the event. */
  readonly snapshot: number
  /** The root of the thread the event belongs to. */
  readonly threadNid?: number | undefined
  /** The state event it took the place of: 0 for none, undefined where that must be looked up. */
  readonly replacesNid?: number | undefined
  readonly flags: number
  readonly redactedBy?: number | undefined
  readonly notifyCount: number
  readonly highlightCount: number
  /** Canonical JSON in federation format, with signatures. */
  readonly json: string
  /** What is parsed of the text already. */
  readonly authEvent?: AuthEvent
}

/** One event of a room. Text is cut and parsed on first use and then kept. */
export class RoomEvent {
  readonly nid: number
  readonly roomId: string
  readonly eventId: string
  readonly senderNid: number
  readonly ord: number | undefined
  readonly depth: number
  /** `origin_server_ts`, milliseconds. */
  readonly ts: number
  readonly snapshot: number
  readonly threadNid: number | undefined
  readonly replacesNid: number | undefined
  /** Notifying events of its partition (main timeline or thread) up to and including this one. */
  notifyCount: number
  highlightCount: number
  /** The transaction id its sender's device gave, as far as it is remembered. */
  transaction: { readonly deviceNid: number; readonly transactionId: string } | undefined
  #flags: number
  #redactedBy: number | undefined
  #json: string
  #slices: Slices | undefined
  #authEvent: AuthEvent | undefined
  #syncJson: string | undefined

  constructor(fields: RoomEventFields) {
    this.nid = fields.nid
    this.roomId = fields.roomId
    this.eventId = fields.eventId
    this.senderNid = fields.senderNid
    this.ord = fields.ord
    this.depth = fields.depth
    this.ts = fields.ts
    this.snapshot = fields.snapshot
    this.threadNid = fields.threadNid
    this.replacesNid = fields.replacesNid
    this.notifyCount = fields.notifyCount
    this.highlightCount = fields.highlightCount
    this.#flags = fields.flags
    this.#redactedBy = fields.redactedBy
    this.#json = fields.json
    this.#authEvent = fields.authEvent
  }

  /** Canonical JSON in federation format; the redacted form once the event is redacted. */
  get json(): string {
    return this.#json
  }
  get flags(): number {
    return this.#flags
  }
  /** Nid of the redaction that was applied. */
  get redactedBy(): number | undefined {
    return this.#redactedBy
  }
  get type(): string {
    return this.authEvent.type
  }
  get sender(): string {
    return this.authEvent.sender
  }
  /** Defined for state events only. */
  get stateKey(): string | undefined {
    return this.authEvent.stateKey
  }
  get isState(): boolean {
    return this.stateKey !== undefined
  }
  get content(): JsonObject {
    return this.authEvent.content
  }
  /** The event as the authorisation rules look at it. */
  get authEvent(): AuthEvent {
    this.#authEvent ??= this.#parsed()
    return this.#authEvent
  }
  /** The event that a redaction redacts, wherever its room version keeps that. */
  get redacts(): string | undefined {
    const inner = this.content['redacts']
    return typeof inner === 'string' ? inner : this.authEvent.redacts
  }

  /** Client format with `room_id` and without `unsigned`, which can be spliced before the last brace. */
  clientJson(): string {
    return `${this.syncJson().slice(0, -1)},"room_id":${JSON.stringify(this.roomId)}}`
  }

  /** Client format as `/sync` sends it: without `room_id` and `unsigned`. */
  syncJson(): string {
    if (this.#syncJson !== undefined) return this.#syncJson
    this.#syncJson = this.#cut()
    // They take more memory than the text and are seldom asked for again.
    this.#slices = undefined
    return this.#syncJson
  }

  /** Stripped state: `content`, `sender`, `state_key`, `type`. https://spec.matrix.org/v1.19/client-server-api/#stripped-state */
  strippedJson(): string {
    const pick = (key: string) => `"${key}":${this.#slice(key) ?? '""'}`
    return `{${['content', 'sender', 'state_key', 'type'].map(pick).join(',')}}`
  }

  /** The redaction `redactedBy` was applied and left `json`. */
  redacted(redactedBy: number, json: string): void {
    this.#redactedBy = redactedBy
    this.#json = json
    this.#slices = this.#authEvent = this.#syncJson = undefined
  }

  /** The state after it in the event graph has been stored by itself. */
  forked(): void {
    this.#flags |= eventFlag.forked
  }

  /** Those it cites have been looked at. */
  judged(isAccepted: boolean): void {
    const rest = this.#flags & ~(eventFlag.unjudged | eventFlag.rejected)
    this.#flags = isAccepted ? rest : rest | eventFlag.rejected
    this.#authEvent = { ...this.authEvent, rejected: !isAccepted }
  }

  /** Another event relates to it. */
  related(): void {
    this.#flags |= eventFlag.related
  }

  #slice(key: string): string | undefined {
    this.#slices ??= jsonSlices(this.#json)
    const slice = this.#slices.get(key)
    return slice && this.#json.slice(slice[0], slice[1])
  }

  #parsed(): AuthEvent {
    const pdu = JSON.parse(this.#json) as Partial<Pdu>
    return {
      eventId: this.eventId,
      roomId: stringMember(pdu, 'room_id'),
      type: stringMember(pdu, 'type') ?? '',
      stateKey: stringMember(pdu, 'state_key'),
      sender: stringMember(pdu, 'sender') ?? '',
      content: pdu.content ?? {},
      prevEvents: referencedIds(pdu.prev_events ?? []),
      redacts: stringMember(pdu, 'redacts'),
      rejected: countsAsRejected(this.#flags),
    }
  }

  #cut(): string {
    const parts = [`"event_id":${JSON.stringify(this.eventId)}`]
    for (const key of ['origin_server_ts', 'sender', 'state_key', 'type']) {
      const slice = this.#slice(key)
      if (slice !== undefined) parts.push(`"${key}":${slice}`)
    }
    const content = this.#slice('content') ?? '{}'
    return this.type === 'm.room.redaction'
      ? this.#cutRedaction(content, parts)
      : `{"content":${content},${parts.join(',')}}`
  }

  /**
   * "For improved compatibility with newer clients, servers should add a `redacts` property to the `content` of
   * `m.room.redaction` events in *older* room versions" and to the top level in newer ones.
   * https://spec.matrix.org/v1.19/rooms/v11/#moving-the-redacts-property-of-mroomredaction-events-to-a-content-property
   */
  #cutRedaction(content: string, parts: string[]): string {
    const inContent = typeof this.content['redacts'] === 'string'
    if (this.redacts === undefined) return `{"content":${content},${parts.join(',')}}`
    const pair = `"redacts":${JSON.stringify(this.redacts)}`
    return `{"content":${inContent ? content : spliceLast(content, pair)},${[...parts, pair].join(',')}}`
  }
}

/** Adds `"key":value` text before the last brace of an object's JSON text. */
export const spliceLast = (object: string, pair: string): string =>
  object === '{}' ? `{${pair}}` : `${object.slice(0, -1)},${pair}}`
