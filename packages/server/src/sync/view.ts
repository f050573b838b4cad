// Who looks at what: one /sync request as the providers of its sections see it.
import type { CompiledFilter } from './filter.ts'

export interface View {
  readonly userId: string
  readonly userNid: number
  readonly deviceNid: number
  /** The client has everything up to this position; 0 for an initial sync. */
  readonly since: number
  /** The device has the messages to it up to this position: `since`, or less where an answer could not hold them all. */
  readonly messagesSince: number
  /** Nothing after this position is shown: it is what was durable when the answer was begun. */
  readonly to: number
  readonly filter: CompiledFilter
  /** Full state of all rooms, whatever `since` says. */
  readonly fullState: boolean
  /** Name of the response field that holds the state at the end of the timeline; absent: `state`, at its start. */
  readonly stateAfter: 'state_after' | 'org.matrix.msc4222.state_after' | undefined
  /** Users whose messages are not shown. */
  readonly ignored: ReadonlySet<string>
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** `"name":{"events":[…]}` */
export const eventsField = (name: string, events: readonly string[]): string =>
  `"${name}":{"events":[${events.join(',')}]}`

/** An event that consists of type and content only, from JSON text of the content. */
export const plainEvent = (type: string, content: string): string =>
  `{"content":${content},"type":${JSON.stringify(type)}}`
