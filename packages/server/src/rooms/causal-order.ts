// The order in which events that came together are taken in.
import { referencedIds } from '@myelin/algorithms/event'
import type { IncomingEvent } from './admit-write.ts'

/** Each after those of them that it follows or cites, otherwise as they came. Only events of a transaction's number. */
export function inCausalOrder(events: readonly IncomingEvent[]): IncomingEvent[] {
  const waiting = new Map(events.map((event) => [event.eventId, event]))
  const ordered: IncomingEvent[] = []
  const take = (event: IncomingEvent): void => {
    waiting.delete(event.eventId)
    for (const references of [event.pdu.auth_events, event.pdu.prev_events])
      for (const eventId of referencedIds(references)) {
        const earlier = waiting.get(eventId)
        if (earlier) take(earlier)
      }
    ordered.push(event)
  }
  for (const event of events) if (waiting.has(event.eventId)) take(event)
  return ordered
}

/** The event that another one leads back to by those that it follows, as far as they are held; of several ways the first. */
export function firstBefore(event: IncomingEvent, held: (eventId: string) => IncomingEvent | undefined): IncomingEvent {
  const seen = new Set([event.eventId])
  for (let first = event; ;) {
    const before = referencedIds(first.pdu.prev_events).find((eventId) => !seen.has(eventId) && held(eventId))
    const next = before === undefined ? undefined : held(before)
    if (!next) return first
    seen.add(next.eventId)
    first = next
  }
}
