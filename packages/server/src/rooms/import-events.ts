// Takes in events from outside a room's timeline: states and auth chains that other servers give. Each is checked by its
// form and its signatures as it comes, stored as an outlier that counts for nothing yet, and judged once all are there.
import { referencedIds, roomIdOf } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import {
  importedBytesPerWrite,
  importBatchesMax,
  importKeysAwaitedBytesMax,
  importKeysAwaitedMax,
  importKeysWaitFirstMs,
  importKeysWaitMs,
  keyHoldsUpMs,
  importedEventsPerWrite,
  importedRefusedMax,
  joinEventsMax,
} from '../federation-limits.ts'
import { eventsByIds, insertEvent } from '../store/events.ts'
import { insertSlot } from '../store/slots.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { ImportIndex } from './import-index.ts'
import { judgeImported } from './import-judging.ts'
import { Pace } from '../federation/pace.ts'
import { pause } from './pause.ts'
import { federationOf, parseIncoming, verifyIncoming } from './read-incoming.ts'
import { citedIds } from './auth-chain.ts'
import { KeyAwaited } from './refusals.ts'
import { eventFlag, RoomEvent } from './room-event.ts'
import { WriteBehind } from './write-behind.ts'

/** Takes in what is new and valid of these events. */
export async function importEvents(context: RoomsContext, room: HotRoom, values: readonly unknown[]): Promise<void> {
  const importing = new EventImport(context, room)
  for (const value of values) await importing.add(value)
  await importing.judge()
}

/** How far an import has come. */
export interface ImportProgress {
  /** Events that arrived. */
  received: number
  /** Events whose form and signatures were checked. */
  checked: number
  /** Events stored, those that were known among them. */
  stored: number
}

export interface ImportOptions {
  /** Counts along. */
  readonly progress?: ImportProgress
  /** Runs what looks up which events are new and stores them: alone, where others may do the same for the room. */
  readonly alone?: <T>(work: () => Promise<T>) => Promise<T>
  /** How long servers whose keys cannot be had are given before the events are judged without theirs; 0 unless told. */
  readonly keysWaitMs?: number
  /** They are of the past, as `/backfill` gives them. */
  readonly isHistory?: boolean
}

interface Waiting {
  readonly value: unknown
  /** Part of the state that is being built. */
  readonly isState: boolean
}

interface Awaiting extends Waiting {
  readonly lacksKeyOf: string
}

export class EventImport {
  readonly #context: RoomsContext
  readonly #room: HotRoom
  readonly #options: ImportOptions
  readonly #index = new ImportIndex()
  readonly #pace: Pace
  readonly #progress: ImportProgress
  readonly #stateIds: string[] = []
  readonly #writes = new WriteBehind()
  readonly #tasks = new Set<Promise<void>>()
  #waiting: Waiting[] = []
  #waitingBytes = 0
  /** Events whose signers' keys cannot be had just now. */
  #awaiting = new Map<string, Awaiting>()
  #awaitingBytes = 0
  #refused = 0

  constructor(context: RoomsContext, room: HotRoom, options: ImportOptions = {}) {
    this.#context = context
    this.#room = room
    this.#options = options
    this.#pace = new Pace(context.environment)
    this.#progress = options.progress ?? { received: 0, checked: 0, stored: 0 }
  }

  /** Takes an event; what is none is as if it had not been sent. `bytes`: about how much it is. */
  async add(value: unknown, { isState = false, bytes = 0 } = {}): Promise<void> {
    if (++this.#progress.received > joinEventsMax)
      throw new MatrixError('M_UNKNOWN', 'The other server gave too many events', { status: 502 })
    this.#waiting.push({ value, isState })
    this.#waitingBytes += bytes
    if (this.#waiting.length < importedEventsPerWrite && this.#waitingBytes < importedBytesPerWrite) return
    this.#begin()
    if (this.#tasks.size >= importBatchesMax) await Promise.race(this.#tasks)
  }

  /** Judges all that was added. Throws the signal's reason when it is aborted. */
  async judge(signal?: AbortSignal): Promise<void> {
    this.#begin()
    await this.settle()
    const [failed] = this.#tasks
    await failed
    await this.#awaitKeys(signal)
    await this.#writes.end()
    await judgeImported(this.#context, this.#room, { index: this.#index, signal })
  }

  /** Some of it was left out because the key of a signer cannot be had just now. */
  get lacksKeys(): boolean {
    return this.#awaiting.size > 0
  }

  /** Throws KeyAwaited if so: what is built on it would lack that for good. */
  requireKeys(): void {
    const [first] = this.#awaiting.values()
    if (first) throw new KeyAwaited(first.lacksKeyOf, `The key of ${first.lacksKeyOf} cannot be had yet`)
  }

  /** One of those that could not be judged, because what it cites was not given. */
  get unjudged(): string | undefined {
    return this.#index.firstUnjudged()
  }

  /** Whether that is so of this event. */
  isUnjudged(eventId: string): boolean {
    const at = this.#index.numberOf(eventId)
    return at !== undefined && this.#index.status(at) === 'unjudged'
  }

  /** Tries those again that could not be checked: some keys have come since, others may in ever longer intervals. */
  async #awaitKeys(signal?: AbortSignal): Promise<void> {
    const { environment } = this.#context
    const end = environment.now() + (this.#options.keysWaitMs ?? 0)
    await this.#takeAwaiting()
    for (let waitMs = importKeysWaitFirstMs; this.lacksKeys && environment.now() + waitMs <= end; waitMs *= 2) {
      await pause(environment, waitMs, signal)
      await this.#takeAwaiting()
    }
  }

  async #takeAwaiting(): Promise<void> {
    const again = [...this.#awaiting.values()]
    this.#awaiting = new Map()
    this.#awaitingBytes = 0
    for (let from = 0; from < again.length; from += importedEventsPerWrite)
      await this.#takeIn(again.slice(from, from + importedEventsPerWrite))
  }

  /** Resolves when nothing is at work any more, whatever came of it: before another import of the room may begin. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#tasks)
    await this.#writes.end().catch(() => undefined)
  }

  /** Slots and events of the state that was added, without what was rejected. Throws M_UNKNOWN where two have one slot. */
  stateEntries(): [slot: number, nid: number][] {
    const entries = new Map<number, number>()
    for (const eventId of this.#stateIds) {
      const at = this.#index.numberOf(eventId)
      const slot = at === undefined ? undefined : this.#index.slot(at)
      if (at === undefined || slot === undefined || this.#index.status(at) !== 'accepted') continue
      if ((entries.get(slot) ?? this.#index.nid(at)) !== this.#index.nid(at))
        throw new MatrixError('M_UNKNOWN', 'The other server gave two events for one part of the state', {
          status: 502,
        })
      entries.set(slot, this.#index.nid(at))
    }
    return [...entries]
  }

  /** Several batches at once: one that waits for the keys of a server which does not answer holds up no other. */
  #begin(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    const task = this.#takeIn(waiting)
    this.#tasks.add(task)
    // One that fails stays among them, for whoever waits for them next.
    task.then(
      () => this.#tasks.delete(task),
      () => undefined,
    )
  }

  async #takeIn(waiting: readonly Waiting[]): Promise<void> {
    const parsed = new Map<string, IncomingEvent>()
    const values = new Map<string, Waiting>()
    for (const each of waiting) {
      const { value, isState } = each
      const event = parseOrSkip(this.#room, value, this.#options)
      await this.#pace.breathe()
      if (!event) {
        this.#countRefused()
        continue
      }
      if (isState) this.#stateIds.push(event.eventId)
      if (this.#index.has(event.eventId)) continue
      parsed.set(event.eventId, event)
      values.set(event.eventId, each)
    }
    await this.#skipKnown(parsed)
    await this.#dropUnsigned(parsed, values)
    this.#progress.checked += waiting.length
    await (this.#options.alone?.(async () => {
      await this.#skipKnown(parsed)
      await this.#store([...parsed.values()])
    }) ?? this.#writes.next(() => this.#store([...parsed.values()])))
    this.#progress.stored += waiting.length
  }

  #countRefused(): void {
    if (++this.#refused > importedRefusedMax)
      throw new MatrixError('M_UNKNOWN', 'The other server gave too much that is no event of the room', { status: 502 })
  }

  /** Notes those that are stored already; what was never judged will be, without another look at its signatures. */
  async #skipKnown(parsed: Map<string, IncomingEvent>): Promise<void> {
    for (const row of await eventsByIds(this.#context.store.read, [...parsed.keys()])) {
      if (row.roomNid !== this.#room.nid) continue
      const { eventId, nid, flags, json } = row
      parsed.delete(eventId)
      const judged = (flags & eventFlag.rejected) === 0 ? 'accepted' : 'rejected'
      const status = (flags & eventFlag.unjudged) === 0 ? judged : 'waiting'
      this.#index.add({ eventId, nid, slot: row.slot ?? undefined, status, cited: citedIds(json) })
    }
  }

  /** Takes those out that are not signed as they must be. */
  async #dropUnsigned(fresh: Map<string, IncomingEvent>, values: ReadonlyMap<string, Waiting>): Promise<void> {
    const waiting = [...fresh.values()]
    const { rules } = this.#room
    const check = (event: IncomingEvent) => verifyIncoming(this.#context, event, rules, { keyWaitMs: keyHoldsUpMs })
    const results = await Promise.allSettled(waiting.map(check))
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue
      if (!(result.reason instanceof MatrixError)) throw result.reason
      const event = waiting[index]
      if (!event) continue
      fresh.delete(event.eventId)
      if (result.reason instanceof KeyAwaited) this.#hold(event, values.get(event.eventId), result.reason)
    }
  }

  #hold(event: IncomingEvent, value: Waiting | undefined, { serverName }: KeyAwaited): void {
    const { keyring } = federationOf(this.#context)
    if (!value || keyring.failingMs(serverName) >= importKeysWaitMs) return
    this.#awaitingBytes += event.json.length
    if (this.#awaiting.size >= importKeysAwaitedMax || this.#awaitingBytes > importKeysAwaitedBytesMax) return
    this.#awaiting.set(event.eventId, { ...value, lacksKeyOf: serverName })
  }

  async #store(events: readonly IncomingEvent[]): Promise<void> {
    if (events.length === 0) return
    const { store, users } = this.#context
    const room = this.#room
    const senders = await users.internAll([...new Set(events.map(({ pdu }) => pdu.sender))])
    await store.write((w) => {
      for (const incoming of events) {
        // It may have come twice before it was stored.
        if (this.#index.has(incoming.eventId)) continue
        const { type, state_key: stateKey, sender, auth_events: cited } = incoming.pdu
        const known = stateKey === undefined ? undefined : room.slotOf(type, stateKey)
        const slot = known ?? (stateKey === undefined ? undefined : room.slotCount)
        if (stateKey !== undefined && slot !== undefined && known === undefined) {
          room.addSlot(slot, type, stateKey)
          insertSlot(w, { roomNid: room.nid, slot, type, stateKey })
        }
        const nid = store.nextNid('events')
        insertEvent(w, { room, event: outlierOf(room, { incoming, nid, senderNid: senders.get(sender) ?? 0 }), slot })
        const { eventId } = incoming
        this.#index.add({ eventId, nid, slot, status: 'waiting', cited: referencedIds(cited) })
      }
    })
  }
}

/** The create event of a room whose id is that event's hash, which is cited by nothing. */
export const createOf = (room: HotRoom, known: ReadonlyMap<string, RoomEvent>): RoomEvent['authEvent'] | undefined =>
  room.rules.roomIdIsCreateHash
    ? (known.get(`$${room.roomId.slice(1)}`) ?? room.state('m.room.create'))?.authEvent
    : undefined

function parseOrSkip(room: HotRoom, value: unknown, options: ImportOptions): IncomingEvent | undefined {
  try {
    const event = parseIncoming(value, room.rules, options)
    return roomIdOf(event.pdu, event.eventId) === room.roomId ? event : undefined
  } catch (error) {
    if (error instanceof MatrixError) return undefined
    throw error
  }
}

interface Storing {
  readonly incoming: IncomingEvent
  readonly nid: number
  readonly senderNid: number
}

function outlierOf(room: HotRoom, { incoming, nid, senderNid }: Storing): RoomEvent {
  const { eventId, pdu, json } = incoming
  return new RoomEvent({
    ...{ nid, eventId, senderNid, json },
    roomId: room.roomId,
    ord: undefined,
    depth: pdu.depth,
    ts: pdu.origin_server_ts,
    snapshot: 0,
    flags: eventFlag.outlier | eventFlag.rejected | eventFlag.unjudged,
    notifyCount: 0,
    highlightCount: 0,
  })
}
