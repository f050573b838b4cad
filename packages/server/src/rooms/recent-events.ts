// The newest events of a room's timeline, by place, by nid and by id.
import { recentEventsMax } from '../limits.ts'
import type { RoomEvent } from './room-event.ts'

export class RecentEvents {
  #events: RoomEvent[] = []
  #byNid = new Map<number, RoomEvent>()
  #byId = new Map<string, RoomEvent>()

  /** Oldest first. */
  get all(): readonly RoomEvent[] {
    return this.#events
  }
  byNid(nid: number): RoomEvent | undefined {
    return this.#byNid.get(nid)
  }
  byId(eventId: string): RoomEvent | undefined {
    return this.#byId.get(eventId)
  }

  /** Puts an event at the end. True when the oldest were let go for it. */
  add(event: RoomEvent): boolean {
    this.#events.push(event)
    this.#byNid.set(event.nid, event)
    this.#byId.set(event.eventId, event)
    if (this.#events.length < recentEventsMax * 2) return false
    this.#events = this.#events.slice(-recentEventsMax)
    this.#byNid = new Map(this.#events.map((each) => [each.nid, each]))
    this.#byId = new Map(this.#events.map((each) => [each.eventId, each]))
    return true
  }
}
