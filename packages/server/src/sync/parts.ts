// What the providers of /sync sections work with.
import type { Encryption } from '../encryption/encryption.ts'
import type { Environment } from '../environment.ts'
import type { Ephemeral } from '../ephemeral/ephemeral.ts'
import type { BoundedMap } from '../federation/bounded-map.ts'
import type { Push } from '../push/push.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import type { Store } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import type { Heroes } from './heroes.ts'
import type { LazyMembers } from './lazy-members.ts'

/** What sync asks of the rooms. */
export interface SyncRooms {
  /** The room if it is in memory. */
  peek(roomNid: number): HotRoom | undefined
  /** Users whose membership changes by events that are not durable yet: some may have been in the room until now. */
  unsettledMembers(room: HotRoom): readonly number[]
  /** The room, loaded if need be. */
  get(roomNid: number): Promise<HotRoom>
  /** Live events before a place in the timeline, newest first. */
  eventsBefore(room: HotRoom, beforeOrd: number, limit: number): Promise<readonly RoomEvent[]>
  /** Whether the history visibility lets a user who is or was in the room see an event. */
  isVisible(room: HotRoom, event: RoomEvent, viewer: Viewer): Promise<boolean>
  /** Events as a user sees them, with `unsigned` and without `room_id`. */
  serve(room: HotRoom, events: readonly RoomEvent[], viewer: Viewer): Promise<readonly string[]>
  /**
   * State events as parts of a state: `unsigned` holds their age alone, for what they replaced belongs to a timeline.
   * Any number of them, read and served in slices.
   */
  serveState(room: HotRoom, nids: readonly number[], accepts: (event: RoomEvent) => boolean): Promise<readonly string[]>
}

export interface Viewer {
  readonly userId: string
  readonly userNid: number
  readonly deviceNid: number
  /** Place of the event by which the user left, if they are gone. */
  readonly until: number | undefined
}

export interface SyncParts {
  readonly store: Store
  readonly environment: Environment
  readonly rooms: SyncRooms
  readonly ephemeral: Ephemeral
  readonly push: Push
  readonly lazyMembers: LazyMembers
  readonly heroes: Heroes
  readonly encryption: Encryption
  readonly users: Users
  readonly servedKeyCounts: BoundedMap<string>
}
