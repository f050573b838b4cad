// `m.relates_to` of an event's content: how it relates to another event.
// https://spec.matrix.org/v1.19/client-server-api/#forming-relationships-between-events
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId } from '../../identifiers.ts'
import { openEnum } from '../../open-enum.ts'

/** The event a message replies to. */
export const InReplyTo = Type.Object({ event_id: EventId })

/** Which event, and in what way; `key` belongs to annotations, the last two to threads and replies. */
export const RelatesTo = Type.Object({
  rel_type: openEnum('m.annotation', 'm.reference', 'm.replace', 'm.thread'),
  event_id: EventId,
  key: Type.Optional(Type.String()),
  is_falling_back: Type.Optional(Type.Boolean()),
  'm.in_reply_to': Type.Optional(InReplyTo),
})
export type RelatesTo = Static<typeof RelatesTo>

/** A plain reply: a relation without a type. */
export const ReplyRelation = Type.Object({ 'm.in_reply_to': InReplyTo })
export type ReplyRelation = Static<typeof ReplyRelation>
