// m.room.redaction, a message event. https://spec.matrix.org/v1.19/client-server-api/#mroomredaction
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId } from '../identifiers.ts'
import { event } from './event.ts'

/** Redacts an event. Which one is told at the top level before room version 11, in the content from there on. */
export const RoomRedactionContent = Type.Object({
  redacts: Type.Optional(EventId),
  reason: Type.Optional(Type.String()),
})
export type RoomRedactionContent = Static<typeof RoomRedactionContent>

/** m.room.redaction. */
export const roomRedaction = event({ type: 'm.room.redaction', kind: 'message', content: RoomRedactionContent })
