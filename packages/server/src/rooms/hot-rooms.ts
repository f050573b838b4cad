// The rooms in memory: loaded once, shared by everyone, let go when idle. There is never a second copy of a room that
// somebody may still append to: a room leaves only when nobody uses it and all it wrote is durable.
import { MatrixError } from '@myelin/protocol/errors'
import { BoundedMap } from '../federation/bounded-map.ts'
import { coldCompaniesMax, hotRoomsBytesMax, hotRoomsMax } from '../limits.ts'
import type { Store } from '../store/store.ts'
import type { HotRoom } from './hot-room.ts'

/** Loads a cold room; undefined when there is none. */
export type LoadRoom = (roomNid: number) => Promise<HotRoom | undefined>

/** When idle rooms are let go: more than so many rooms, or bytes over all of them. */
export interface HotRoomBounds {
  readonly rooms: number
  readonly bytes: number
}

/** Who has joined a room: nids of this server's users, and names of servers. */
export interface Company {
  readonly localJoined: Iterable<number>
  readonly hosts: Iterable<string>
}

/** When a room in use was trimmed. */
interface Trim {
  readonly lastTicket: number
  /** What had been written by then can be read. */
  isDurable: boolean
}

export class HotRooms {
  readonly #store: Store
  readonly #bounds: HotRoomBounds
  readonly #load: LoadRoom
  /** In order of last use. */
  readonly #rooms = new Map<number, HotRoom>()
  readonly #nids = new Map<string, number>()
  readonly #loading = new Map<number, Promise<HotRoom>>()
  /** Who uses a room: tickets, the lowest first. */
  readonly #users = new Map<HotRoom, Set<number>>()
  readonly #trims = new WeakMap<HotRoom, Trim>()
  #lastTicket = 0
  /** Of rooms that are not in memory: nobody joins or leaves one that is not. */
  readonly #companies = new BoundedMap<Company>(coldCompaniesMax)

  constructor(store: Store, load: LoadRoom, bounds: HotRoomBounds = { rooms: hotRoomsMax, bytes: hotRoomsBytesMax }) {
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

  /** Who has joined a room, without bringing it into memory; `read` finds out when it is not there. */
  async company(roomNid: number, read: (roomNid: number) => Promise<Company>): Promise<Company> {
    const known = this.#hot(roomNid) ?? this.#companies.get(String(roomNid))
    if (known) return known
    const company = await read(roomNid)
    const hot = this.#hot(roomNid)
    if (!hot) this.#companies.set(String(roomNid), company)
    return hot ?? company
  }

  #hot(roomNid: number): Company | undefined {
    const room = this.#rooms.get(roomNid)
    return room && { localJoined: room.localJoined, hosts: room.hosts.keys() }
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
    const ticket = ++this.#lastTicket
    const users = this.#users.get(room) ?? new Set()
    this.#users.set(room, users.add(ticket))
    try {
      return await verb(room)
    } finally {
      users.delete(ticket)
      if (users.size === 0) this.#users.delete(room)
      if (this.#rooms.get(roomNid) === room) this.#slim(room)
    }
  }

  /** Lets past states go once many have piled up, and counters of threads. */
  #slim(room: HotRoom): void {
    if (this.#isIdle(room)) room.forgetThreads()
    if (!room.isBloated && !room.arena.hasOlder) return
    // A fresh copy holds the current state alone, and readers keep the old as long as they need. One of a forked room would
    // have to be given all that its forks are resolved by.
    if (this.#isIdle(room) && room.heads.length < 2) return this.#forget(room)
    if (!room.isBloated || !this.#isTrimOver(room)) return
    const trim: Trim = { lastTicket: this.#lastTicket, isDurable: false }
    this.#trims.set(room, trim)
    room.trim()
    this.#store
      .write(() => undefined)
      .then(
        () => void (trim.isDurable = true),
        () => undefined,
      )
  }

  /** Nobody uses the room any more who did so before it was trimmed last. */
  #isTrimOver(room: HotRoom): boolean {
    const trim = this.#trims.get(room)
    const [oldest = Infinity] = this.#users.get(room) ?? []
    return !trim || (trim.isDurable && oldest > trim.lastTicket)
  }

  /** Takes in a room that was just made. */
  add(room: HotRoom): void {
    this.#rooms.set(room.nid, room)
    this.#nids.set(room.roomId, room.nid)
    this.#companies.delete(String(room.nid))
    this.#evict(this.#bounds, room)
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
    this.#evict({ rooms: 0, bytes: 0 })
  }

  /** Lets idle rooms go, the longest unused first, but not the one that has just come in. */
  #evict(bounds: HotRoomBounds, newest?: HotRoom): void {
    let bytes = 0
    for (const room of this.#rooms.values()) bytes += room.bytes
    for (const room of this.#rooms.values()) {
      if (this.#rooms.size <= bounds.rooms && bytes <= bounds.bytes) return
      if (room === newest || !this.#isIdle(room)) continue
      bytes -= room.bytes
      this.#forget(room)
    }
  }

  /** Nobody is about to append to it, nothing long goes on in it, and the store has all of it. */
  #isIdle(room: HotRoom): boolean {
    return !this.#users.has(room) && room.longWorks === 0 && room.lastPosition <= this.#store.durablePosition
  }

  #forget(room: HotRoom): void {
    this.#rooms.delete(room.nid)
    this.#nids.delete(room.roomId)
  }

  #drop(): void {
    for (const room of this.#rooms.values()) room.dropped = true
    this.#rooms.clear()
    this.#nids.clear()
  }
}
