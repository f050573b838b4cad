// Unread counts: the room's running totals minus what they were where the user has read to, plus the events whose
// outcome for this user differs from everybody's. No work per member when an event is sent.
//
//   count of a part = totals now − totals at the read mark + exceptions after the read mark
import { pushReadStatesMax } from '../limits.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { pushExceptions, type PushExceptionRow } from '../store/push.ts'
import {
  everyThread,
  readMarks,
  threadsSince,
  totalsUpTo,
  type ReadMarkRow,
  type TotalsRow,
} from '../store/read-marks.ts'
import type { Store } from '../store/store.ts'

export interface Count {
  readonly notify: number
  readonly highlight: number
}

export interface RoomCounts {
  /** Main timeline and threads together. */
  readonly room: Count
  readonly main: Count
  /** Threads with something unread, by the event id of their root. */
  readonly threads: ReadonlyMap<string, Count>
}

interface Marks {
  /** Everything that was durable up to here is in it. */
  readonly loadedAt: number
  /** The whole room is read up to here. */
  readonly floor: number
  readonly byThread: ReadonlyMap<number, ReadMarkRow>
  /** Those after the floor. */
  readonly exceptions: readonly PushExceptionRow[]
}

interface ReadState {
  /** Position of the last change of the user's marks or exceptions. */
  changedAt: number
  marks: Marks | undefined
}

/** Counts per user and room, read marks and exceptions being remembered. */
export class Counts {
  readonly #store: Store
  readonly #states = new Map<number, Map<number, ReadState>>()
  readonly #roomsWithThreads = new Map<number, boolean>()
  #size = 0

  constructor(store: Store) {
    this.#store = store
    store.onReset(() => this.#clear())
  }

  /** A mark or an exception of the user changes in the write that has this position. */
  changed(userNid: number, roomNid: number, position: number): void {
    this.#state(userNid, roomNid).changedAt = position
  }

  /** An exception of some user changes who is not known by nid. */
  anybodyChanged(): void {
    this.#states.clear()
    this.#size = 0
  }

  /** The room has a thread from now on. */
  hasThreads(roomNid: number): void {
    this.#roomsWithThreads.set(roomNid, true)
  }

  /** The user's counts in a room, of what is durable now. */
  async of(userNid: number, room: HotRoom): Promise<RoomCounts> {
    const upTo = this.#store.durablePosition
    const marks = await this.#marks(userNid, room.nid)
    const part = { marks, upTo }
    const main = this.#count(part, 0, { mark: marks.byThread.get(0), totals: await this.#mainTotals(room, upTo) })
    const threads = (await this.#hasThreads(room.nid)) ? await this.#threads(room, part) : new Map<string, Count>()
    let { notify, highlight } = main
    for (const count of threads.values()) {
      notify += count.notify
      highlight += count.highlight
    }
    return { room: { notify, highlight }, main, threads }
  }

  /** Whether the user has read an event of the room. */
  async isRead(userNid: number, room: HotRoom, event: RoomEvent): Promise<boolean> {
    const { floor, byThread } = await this.#marks(userNid, room.nid)
    return (event.ord ?? 0) <= Math.max(floor, byThread.get(event.threadNid ?? 0)?.ord ?? 0)
  }

  #count({ marks, upTo }: Part, thread: number, { mark, totals }: Counted): Count {
    const after = mark?.ord ?? marks.floor
    let notify = totals.notify_count - (mark?.notify_count ?? 0)
    let highlight = totals.highlight_count - (mark?.highlight_count ?? 0)
    // The user's own event may be read from disk a moment before the position that announces it.
    if (after > upTo) return none
    for (const exception of marks.exceptions) {
      if (exception.thread_nid !== thread || exception.ord <= after || exception.ord > upTo) continue
      notify += exception.notify
      highlight += exception.highlight
    }
    return { notify: Math.max(0, notify), highlight: Math.max(0, highlight) }
  }

  /** Only threads with events after the floor can hold anything unread. */
  async #threads(room: HotRoom, part: Part): Promise<ReadonlyMap<string, Count>> {
    const { marks, upTo } = part
    const counts = new Map<number, Count>()
    for (const thread of await threadsSince(this.#store.read, room.nid, marks.floor)) {
      const own = marks.byThread.get(thread.thread_nid)
      if (own && own.ord >= thread.ord) continue
      const mark = own && own.ord >= marks.floor ? own : await this.#markAtFloor(room.nid, thread.thread_nid, marks)
      const totals = thread.ord <= upTo ? thread : await this.#totals(room.nid, thread.thread_nid, upTo)
      const count = this.#count(part, thread.thread_nid, { mark, totals })
      if (count.notify > 0 || count.highlight > 0) counts.set(thread.thread_nid, count)
    }
    const roots = counts.size === 0 ? [] : await room.events([...counts.keys()])
    return new Map(roots.map((root) => [root.eventId, counts.get(root.nid) ?? none]))
  }

  /** What a thread's mark would be if the room had been read up to the floor in one go. */
  async #markAtFloor(room: number, thread: number, { floor }: Marks): Promise<ThreadMark | undefined> {
    return floor === 0 ? undefined : { ord: floor, ...(await this.#totals(room, thread, floor)) }
  }

  #mainTotals(room: HotRoom, upTo: number): TotalsRow | Promise<TotalsRow> {
    const last = room.recent.findLast((event) => event.threadNid === undefined && (event.ord ?? Infinity) <= upTo)
    if (last) return { notify_count: last.notifyCount, highlight_count: last.highlightCount }
    return this.#totals(room.nid, 0, upTo)
  }

  async #totals(room: number, thread: number, ord: number): Promise<TotalsRow> {
    return (await totalsUpTo(this.#store.read, { room, thread, ord })) ?? { notify_count: 0, highlight_count: 0 }
  }

  async #hasThreads(roomNid: number): Promise<boolean> {
    const known = this.#roomsWithThreads.get(roomNid)
    if (known !== undefined) return known
    const found = (await threadsSince(this.#store.read, roomNid, 0)).length > 0
    const has = found || this.#roomsWithThreads.get(roomNid) === true
    this.#roomsWithThreads.set(roomNid, has)
    return has
  }

  async #marks(userNid: number, roomNid: number): Promise<Marks> {
    const state = this.#state(userNid, roomNid)
    if (state.marks && state.marks.loadedAt >= state.changedAt) return state.marks
    const loadedAt = this.#store.durablePosition
    const { read } = this.#store
    const rows = await readMarks(read, userNid, roomNid)
    const byThread = new Map(rows.map((row) => [row.thread_nid, row]))
    const floor = byThread.get(everyThread)?.ord ?? 0
    const exceptions = await pushExceptions(read, userNid, roomNid, floor)
    state.marks = { loadedAt, floor, byThread, exceptions }
    return state.marks
  }

  #state(userNid: number, roomNid: number): ReadState {
    const rooms = this.#states.get(userNid) ?? new Map<number, ReadState>()
    this.#states.set(userNid, rooms)
    const known = rooms.get(roomNid)
    if (known) return known
    if (++this.#size > pushReadStatesMax) this.#evict()
    const fresh = { changedAt: 0, marks: undefined }
    rooms.set(roomNid, fresh)
    return fresh
  }

  /** Forgets the users known longest; whoever changes something afterwards is read afresh. */
  #evict() {
    for (const [user, rooms] of this.#states) {
      if (this.#size <= pushReadStatesMax * 0.9) return
      this.#size -= rooms.size
      this.#states.delete(user)
    }
  }

  #clear() {
    this.#states.clear()
    this.#roomsWithThreads.clear()
    this.#size = 0
  }
}

interface Part {
  readonly marks: Marks
  readonly upTo: number
}
interface ThreadMark extends TotalsRow {
  readonly ord: number
}
interface Counted {
  readonly mark: ThreadMark | undefined
  readonly totals: TotalsRow
}

const none: Count = { notify: 0, highlight: 0 }
