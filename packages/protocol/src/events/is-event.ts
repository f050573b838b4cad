// Narrows an event of any type to one type, so that its content can be used with types.
import type { Static } from 'typebox'
import { matches } from '../schema.ts'
import type { EventDefinition } from './event.ts'

/** An event whose type and content a definition describes. */
export type EventOf<D extends EventDefinition, Event = unknown> = Event & {
  readonly type: D['type']
  readonly content: Static<D['content']>
}

/**
 * Whether an event is of a type and its content fits, unknown fields included. For contents with wrong fields that
 * shall be read all the same there is `readContent`.
 */
export const isEvent = <
  const D extends EventDefinition,
  Event extends { readonly type: string; readonly content: unknown },
>(
  definition: D,
  event: Event,
): event is EventOf<D, Event> => event.type === definition.type && matches(definition.content, event.content)
