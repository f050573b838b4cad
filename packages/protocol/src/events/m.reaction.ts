// m.reaction, a message event. https://spec.matrix.org/v1.19/client-server-api/#mreaction
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId } from '../identifiers.ts'
import { event } from './event.ts'

/** A reaction to an event. */
export const ReactionContent = Type.Object({
  'm.relates_to': Type.Optional(
    Type.Object({
      rel_type: Type.Optional(Type.Literal('m.annotation')),
      event_id: Type.Optional(EventId),
      key: Type.Optional(Type.String()),
    }),
  ),
})
export type ReactionContent = Static<typeof ReactionContent>

/** m.reaction. */
export const reaction = event({ type: 'm.reaction', kind: 'message', content: ReactionContent })
