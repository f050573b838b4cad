// Makes an event of a room out of what a local user says: previous and auth events from the hot room, hash, signature,
// limits, and the judgement of the authorisation rules. Changes nothing.
import { authorize, authTypes } from '@myelin/algorithms/auth'
import { type BuiltEvent, buildEvent, type UnsignedEvent } from '@myelin/algorithms/build-event'
import { CanonicalJsonError } from '@myelin/algorithms/canonical-json'
import { type AuthEvent, authEventOf, type EventReference } from '@myelin/algorithms/event'
import { isEventSizeAllowed, isIdentifierLengthAllowed, prevEventsMax } from '@myelin/algorithms/event-limits'
import { referenceHash } from '@myelin/algorithms/hashes'
import type { JsonObject } from '@myelin/algorithms/json'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'
import { randomString } from '../environment.ts'
import type { Actor, RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'

/** What a local user wants to say. */
export interface Draft {
  readonly by: Actor
  readonly type: string
  /** Makes it a state event. */
  readonly stateKey?: string | undefined
  readonly content: JsonObject
  /** The event a redaction redacts. */
  readonly redacts?: string | undefined
  /** `origin_server_ts`; now unless given. */
  readonly ts?: number | undefined
}

export interface SignedEvent extends BuiltEvent {
  readonly authEvent: AuthEvent
  readonly depth: number
}

/** Builds and authorises the next event of a room. Throws M_FORBIDDEN, M_TOO_LARGE, M_BAD_JSON. */
export function buildNext(context: RoomsContext, room: HotRoom, draft: Draft): SignedEvent {
  const { rules } = room
  const event = sign(context, rules, nextFields(context, room, draft))
  const refusal = authorize(event.authEvent, (type, stateKey) => room.state(type, stateKey)?.authEvent, rules)
  if (refusal) throw new MatrixError('M_FORBIDDEN', refusal.reason)
  return event
}

function nextFields(context: RoomsContext, room: HotRoom, draft: Draft): UnsignedEvent {
  const { rules } = room
  const heads = room.heads.slice(-prevEventsMax)
  const depth = Math.min(1 + heads.reduce((most, head) => Math.max(most, head.depth), 0), rules.depthMax)
  return {
    ...fieldsOf(context, draft, rules),
    room_id: room.roomId,
    depth,
    prev_events: references(
      room,
      heads.map((head) => head.eventId),
    ),
    auth_events: references(room, authEventIds(room, draft)),
  }
}

/** How the room's version names events: by their ids, in versions 1 and 2 with their hashes beside. */
function references(room: HotRoom, eventIds: readonly string[]): EventReference[] {
  const { rules } = room
  if (rules.eventReferences === 'ids') return [...eventIds]
  return eventIds.map((eventId) => {
    const event = room.eventById(eventId)
    return [eventId, event ? { sha256: referenceHash(JSON.parse(event.json) as JsonObject, rules) } : {}]
  })
}

/** The next event of a room as another server is to sign it. The state it is judged by is loaded. Throws M_FORBIDDEN. */
export function buildTemplate(context: RoomsContext, room: HotRoom, draft: Draft): UnsignedEvent {
  const fields = nextFields(context, room, draft)
  const { type, state_key: stateKey, sender, content } = fields
  const prevEvents = room.heads.map(({ eventId }) => eventId)
  const event = { eventId: '', roomId: room.roomId, type, stateKey, sender, content, prevEvents }
  const refusal = authorize(event, (key, value) => room.state(key, value)?.authEvent, room.rules)
  if (refusal) throw new MatrixError('M_FORBIDDEN', refusal.reason)
  return fields
}

/** Signs an event whose template another server gave. */
export const signTemplate = (context: RoomsContext, rules: RoomVersionRules, event: UnsignedEvent): SignedEvent =>
  sign(context, rules, event)

/** Builds the create event of a room to be; `roomId` where the room version lets the server choose it. */
export function buildCreate(
  context: RoomsContext,
  draft: Draft,
  room: { readonly rules: RoomVersionRules; readonly roomId: string | undefined },
): SignedEvent {
  const fields = { ...fieldsOf(context, draft, room.rules), room_id: room.roomId, depth: 1 }
  const event = sign(context, room.rules, { ...fields, prev_events: [], auth_events: [] })
  const refusal = authorize(event.authEvent, () => undefined, room.rules)
  if (refusal) throw new MatrixError('M_INVALID_ROOM_STATE', refusal.reason)
  return event
}

/** State an event of this kind is judged by. */
export const authKeys = (draft: Draft, rules: RoomVersionRules): readonly (readonly [string, string])[] =>
  authTypes({ type: draft.type, stateKey: draft.stateKey, sender: draft.by.userId, content: draft.content }, rules)

function authEventIds(room: HotRoom, draft: Draft): string[] {
  const ids: string[] = []
  for (const [type, stateKey] of authKeys(draft, room.rules)) {
    const event = room.state(type, stateKey)
    if (event && !ids.includes(event.eventId)) ids.push(event.eventId)
  }
  return ids
}

function fieldsOf(context: RoomsContext, draft: Draft, rules: RoomVersionRules) {
  const { type, stateKey } = draft
  if (type === '') throw new MatrixError('M_INVALID_PARAM', 'An event needs a type')
  for (const text of [type, stateKey ?? '']) {
    if (text.includes('\0') || !text.isWellFormed())
      throw new MatrixError('M_INVALID_PARAM', 'Event types and state keys hold no NUL and are well-formed')
    if (!isIdentifierLengthAllowed(text, rules))
      throw new MatrixError('M_TOO_LARGE', 'Event types and state keys have at most 255 bytes')
  }
  return {
    type,
    sender: draft.by.userId,
    content:
      draft.redacts !== undefined && rules.redactsInContent
        ? { ...draft.content, redacts: draft.redacts }
        : draft.content,
    state_key: stateKey,
    redacts: rules.redactsInContent ? undefined : draft.redacts,
    origin_server_ts: draft.ts ?? context.environment.now(),
  }
}

function sign(context: RoomsContext, rules: RoomVersionRules, fields: UnsignedEvent): SignedEvent {
  const built = signed(context, rules, rules.eventIdFormat === 'opaque' ? named(context, fields) : fields)
  if (!isEventSizeAllowed(built.json)) throw new MatrixError('M_TOO_LARGE', 'An event has at most 65536 bytes')
  return { ...built, authEvent: authEventOf(built.pdu, rules, built.eventId), depth: fields.depth }
}

/** With an id: in versions 1 and 2 the server that makes an event chooses it. */
const named = (context: RoomsContext, fields: UnsignedEvent): UnsignedEvent => ({
  ...fields,
  event_id: `$${randomString(context.environment, eventIdRandomCharacters)}:${context.serverName}`,
})

const eventIdRandomCharacters = 24

function signed(context: RoomsContext, rules: RoomVersionRules, fields: Parameters<typeof buildEvent>[0]): BuiltEvent {
  try {
    return buildEvent(fields, rules, { serverName: context.serverName, key: context.signingKey })
  } catch (cause) {
    if (cause instanceof CanonicalJsonError) throw new MatrixError('M_BAD_JSON', cause.message, { cause })
    throw cause
  }
}
