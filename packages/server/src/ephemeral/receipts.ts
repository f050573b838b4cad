// Read receipts and the fully-read marker: stored, announced, and turned into read marks for the unread counts.
// https://spec.matrix.org/v1.19/client-server-api/#receipts
import { MatrixError } from '@myelin/protocol/errors'
import type { Environment } from '../environment.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
import { setAccountData } from '../store/account-data.ts'
import { prunePushExceptions } from '../store/push.ts'
import { everyThread, setReadMark, totalsUpTo, type ReadMarkRow } from '../store/read-marks.ts'
import { receiptsOfUser, setReceipt } from '../store/receipts.ts'
import { journalKind, type Store, type Write } from '../store/store.ts'
import { privateReceiptRef } from './entry-refs.ts'

export type ReceiptType = 'm.read' | 'm.read.private'

export interface Reading {
  readonly userNid: number
  readonly room: HotRoom
  readonly event: RoomEvent
  readonly type: ReceiptType
  /** Absent for an unthreaded receipt. */
  readonly thread?: ReceiptThread | undefined
}

/** `main` with nid 0, or the root of a thread. */
export interface ReceiptThread {
  readonly id: string
  readonly nid: number
}

export interface ReceiptsOptions {
  readonly store: Store
  readonly environment: Environment
  /** Called in the write that moves a user's read mark, with its position in the journal. */
  readonly onRead: (mark: ReadMarkRow, position: number) => void
}

/** Moves read receipts forward. */
export class Receipts {
  readonly #options: ReceiptsOptions

  constructor(options: ReceiptsOptions) {
    this.#options = options
  }

  /** Stores a receipt; one behind the user's present receipt changes nothing. The caller has checked the membership. */
  async read(reading: Reading): Promise<void> {
    const { ord } = reading.event
    if (ord === undefined) throw new MatrixError('M_NOT_FOUND', 'The event is not part of the timeline')
    const marks = await this.#marks(reading, ord)
    await this.#options.store.write((w) => {
      const position = this.#record(w, reading, { ord, ts: this.#options.environment.now() })
      for (const mark of marks) {
        setReadMark(w, mark)
        prunePushExceptions(w, mark)
        this.#options.onRead(mark, position)
      }
    })
  }

  /** Stores a receipt of a user of another server: nothing is counted as read by it. `ts` is theirs, milliseconds. */
  async receive(reading: Reading, ts: number): Promise<void> {
    const { room, userNid, event, type, thread } = reading
    const { ord } = event
    if (ord === undefined) throw new MatrixError('M_NOT_FOUND', 'The event is not part of the timeline')
    const known = await receiptsOfUser(this.#options.store.read, room.nid, userNid)
    const before = known.find((receipt) => receipt.type === type && receipt.thread === (thread?.id ?? ''))
    if (before && before.ord >= ord) return
    await this.#options.store.write((w) => this.#record(w, reading, { ord, ts }))
  }

  /** Moves the fully-read marker, which is room account data. */
  async fullyRead(reading: {
    readonly userNid: number
    readonly room: HotRoom
    readonly eventId: string
  }): Promise<void> {
    const key = { userNid: reading.userNid, roomNid: reading.room.nid, type: 'm.fully_read' }
    await this.#options.store.write((w) => setAccountData(w, key, JSON.stringify({ event_id: reading.eventId })))
  }

  #record(w: Write, { userNid, room, event, type, thread }: Reading, { ord, ts }: { ord: number; ts: number }): number {
    const ref = type === 'm.read.private' ? privateReceiptRef : 0
    const position = w.journal({ kind: journalKind.receipt, room: room.nid, user: userNid, ref })
    setReceipt(w, {
      room_nid: room.nid,
      user_nid: userNid,
      type,
      thread: thread?.id ?? '',
      event_id: event.eventId,
      ts,
      ord,
      position,
    })
    return position
  }

  /** An unthreaded receipt reads everything up to the event, a threaded one its thread only. */
  async #marks({ userNid, room, event, thread }: Reading, ord: number): Promise<ReadMarkRow[]> {
    const part = thread?.nid ?? 0
    const own = { user_nid: userNid, room_nid: room.nid, ord }
    const totals =
      (event.threadNid ?? 0) === part
        ? { notify_count: event.notifyCount, highlight_count: event.highlightCount }
        : ((await totalsUpTo(this.#options.store.read, { room: room.nid, thread: part, ord })) ?? nothing)
    const mark = {
      ...own,
      thread_nid: part,
      notify_count: totals.notify_count,
      highlight_count: totals.highlight_count,
    }
    return thread ? [mark] : [mark, { ...own, thread_nid: everyThread, ...nothing }]
  }
}

const nothing = { notify_count: 0, highlight_count: 0 }
