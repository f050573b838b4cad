// The rooms in memory: loaded once, shared by everyone, let go when idle. There is never a second copy of a room that
// somebody may still append to: a room leaves only when nobody uses it and all it wrote is durable.
import { MatrixError } from '@myelin/protocol/errors'
import { hotRoomStateEntriesMax, hotRoomsMax } from '../limits.ts'
import type { Store } from '../store/store.ts'
import type { HotRoom } from './hot-room.ts'

/** Loads a cold room; undefined when there is none. */
export type LoadRoom = (roomNid: number) => Promise<HotRoom | undefined>

/** When idle rooms are let go: more than so many rooms, or state entries over all of them. */
export interface HotRoomBounds {
  readonly rooms: number
  readonly slots: number
}

export class HotRooms {
  readonly #store: Store
  readonly #bounds: HotRoomBounds
  readonly #load: LoadRoom
  /** In order of last use. */
  readonly #rooms = new Map<number, HotRoom>()
  readonly #nids = new Map<string, number>()
  readonly #loading = new Map<number, Promise<HotRoom>>()
  readonly #users = new Map<HotRoom, number>()
  /** Slots of each room when it came in, and their sum. */
  readonly #slots = new Map<number, number>()
  #slotsInAll = 0

  constructor(
    store: Store,
    load: LoadRoom,
    bounds: HotRoomBounds = { rooms: hotRoomsMax, slots: hotRoomStateEntriesMax },
  ) {
    this.#store = store
    this.#bounds = bounds
    this.#load = load
    store.onReset(() => this.#drop())
  }

  get size(): number {
    return this.#rooms.size
  }

  /** The nid of a room in memory. */
  nidOf(roomId: string): number | undefined {
    return this.#nids.get(roomId)
  }

  /** The room, if it is in memory. */
  peek(roomNid: number): HotRoom | undefined {
    return this.#rooms.get(roomNid)
  }

  /** The room, loaded if need be. To read from only; `use` to append to it. */
  async get(roomNid: number): Promise<HotRoom> {
    const room = this.#rooms.get(roomNid)
    if (!room) return this.#loaded(roomNid)
    this.#rooms.delete(roomNid)
    this.#rooms.set(roomNid, room)
    return room
  }

  /** Runs a verb with the room, which stays in memory until the verb has ended. */
  async use<T>(roomNid: number, verb: (room: HotRoom) => Promise<T>): Promise<T> {
    let room = await this.get(roomNid)
    while (this.#rooms.get(roomNid) !== room) room = await this.get(roomNid)
    this.#users.set(room, (this.#users.get(room) ?? 0) + 1)
    try {
      return await verb(room)
    } finally {
      const users = (this.#users.get(room) ?? 1) - 1
      if (users > 0) this.#users.set(room, users)
      else this.#users.delete(room)
    }
  }

  /** Takes in a room that was just made. */
  add(room: HotRoom): void {
    this.#rooms.set(room.nid, room)
    this.#nids.set(room.roomId, room.nid)
    this.#slots.set(room.nid, room.slotCount)
    this.#slotsInAll += room.slotCount
    this.#evict()
  }

  async #loaded(roomNid: number): Promise<HotRoom> {
    const loading = this.#loading.get(roomNid) ?? this.#startLoading(roomNid)
    return loading
  }

  #startLoading(roomNid: number): Promise<HotRoom> {
    const loading = this.#loadAndAdd(roomNid).finally(() => this.#loading.delete(roomNid))
    this.#loading.set(roomNid, loading)
    return loading
  }

  async #loadAndAdd(roomNid: number): Promise<HotRoom> {
    const room = await this.#load(roomNid)
    if (!room) throw new MatrixError('M_NOT_FOUND', 'There is no such room')
    this.add(room)
    return room
  }

  /** Lets every room go that is idle and durable; the next who needs one loads it. */
  forgetAll(): void {
    this.#evict({ rooms: 0, slots: 0 })
  }

  #evict(bounds: HotRoomBounds = this.#bounds): void {
    for (const [nid, room] of this.#rooms) {
      if (this.#rooms.size <= bounds.rooms && this.#slotsInAll <= bounds.slots) return
      if (this.#users.has(room) || room.lastPosition > this.#store.durablePosition) continue
      this.#rooms.delete(nid)
      this.#nids.delete(room.roomId)
      this.#slotsInAll -= this.#slots.get(nid) ?? 0
      this.#slots.delete(nid)
    }
  }

  #drop(): void {
    for (const room of this.#rooms.values()) room.dropped = true
    this.#rooms.clear()
    this.#nids.clear()
    this.#slots.clear()
    this.#slotsInAll = 0
  }
}
