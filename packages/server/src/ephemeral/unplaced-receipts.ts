// Receipts of other servers for events that are not here yet: events and receipts travel by different ways.
import { BoundedMap } from '../federation/bounded-map.ts'
import { unplacedEventsMax, unplacedReceiptsPerEventMax } from '../limits.ts'

/** A public receipt as another server gives it. */
export interface PeerReceipt {
  readonly roomNid: number
  readonly userNid: number
  readonly eventId: string
  readonly threadId: string | undefined
  /** Milliseconds since the epoch. */
  readonly ts: number
}

export class UnplacedReceipts {
  readonly #byEvent = new BoundedMap<PeerReceipt[]>(unplacedEventsMax)

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.#byEvent.size === 0
  }

  keep(receipt: PeerReceipt): void {
    const waiting = this.#byEvent.get(receipt.eventId) ?? []
    if (waiting.length < unplacedReceiptsPerEventMax) waiting.push(receipt)
    this.#byEvent.set(receipt.eventId, waiting)
  }

  /** Those that waited for an event, which wait no more. */
  take(eventId: string): readonly PeerReceipt[] {
    const waiting = this.#byEvent.get(eventId) ?? []
    this.#byEvent.delete(eventId)
    return waiting
  }
}
