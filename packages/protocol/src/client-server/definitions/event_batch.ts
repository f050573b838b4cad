// Schema `event_batch` of the client-server API.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Event } from '../../events/shapes.ts'

/** A list of events that are not part of a timeline. */
export const EventBatch = Type.Object({ events: Type.Optional(Type.Array(Event)) })
export type EventBatch = Static<typeof EventBatch>
