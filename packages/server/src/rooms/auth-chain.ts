// The events that authorise others, and those that authorise these, down to the create event.
import { type EventReference, referencedIds } from '@myelin/algorithms/event'
import { eventsByIds, type EventRow } from '../store/events.ts'
import type { Reader } from '../store/store.ts'

/** Ids that an event in federation format cites. */
export const citedIds = (json: string): readonly string[] =>
  referencedIds((JSON.parse(json) as { readonly auth_events: readonly EventReference[] }).auth_events)

/** The auth chain of events, these themselves left out unless they authorise one another. Level by level, one read each. */
export async function authChain(read: Reader, events: readonly { readonly json: string }[]): Promise<EventRow[]> {
  const chain = new Map<string, EventRow>()
  let level = new Set(events.flatMap(({ json }) => citedIds(json)))
  while (level.size > 0) {
    const rows = await eventsByIds(read, [...level])
    for (const row of rows) chain.set(row.eventId, row)
    level = new Set(rows.flatMap(({ json }) => citedIds(json)).filter((eventId) => !chain.has(eventId)))
  }
  return [...chain.values()]
}
