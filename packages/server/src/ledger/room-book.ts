// What the ledger holds of one room: its events in order, those that others cite, and its current state, kept by
// difference.
import { referencedIds, type Pdu } from '@myelin/algorithms/event'
import type { JsonObject } from '@myelin/algorithms/json'
import { redactContent } from '@myelin/algorithms/redaction'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { parseExactJson } from '@myelin/protocol/exact-numbers'
import { ledgerKnownEventsPerRoomMax, ledgerLinesPerSegment } from '../limits.ts'
import { erasedAmong } from '../store/accounts.ts'
import { eventsByIds, eventsByNids, eventsInRoom, type EventRow } from '../store/events.ts'
import { changesBetween, eventsThrough, type SlotChange } from '../store/ledger.ts'
import { isLivePlace } from '../store/places.ts'
import { slotsOfRoom } from '../store/slots.ts'
import { loadVector } from '../store/state.ts'
import type { Reader } from '../store/store.ts'
import { isPersonal, isPersonalLine } from './erasure.ts'
import { eventLine, redactedText } from './event-line.ts'
import { type Branches, linesOf, segmentCount, Segments } from './segments.ts'
import { segmentFile } from './layout.ts'
import { changeStateFiles, stateEntryOf, stateFileOf, stateKeyOf, type StateFileChange } from './state-files.ts'

export interface RoomBookOptions {
  readonly read: Reader
  readonly branches: Branches
  readonly roomNid: number
  readonly rules: RoomVersionRules
  /** The room's folder: `rooms/ci`. */
  readonly path: string
  /** Up to where in the journal the trees go. */
  readonly position: number
  /** Contents of which rooms are kept. */
  readonly contents: 'all' | 'unencrypted-rooms' | 'none'
}

interface ReadEvent {
  readonly row: EventRow
  readonly pdu: Pdu
}

interface StateMove {
  readonly key: string
  readonly type: string
  /** The new state event, undefined when there is none any more. */
  readonly event: ReadEvent | undefined
}

const encryptionKey = stateKeyOf('m.room.encryption', '')

export class RoomBook {
  readonly #options: RoomBookOptions
  readonly #events: Segments
  readonly #outliers: Segments
  /** Places in the timeline of events seen lately, by id. */
  readonly #known = new Map<string, number>()
  #outlierIds: Set<string> | undefined
  #snapshot: number
  /** Of those who wrote what is being appended. */
  #erasedNids: ReadonlySet<number> = new Set()
  #isEncrypted: boolean

  static async open(options: RoomBookOptions): Promise<RoomBook> {
    const { read, roomNid, position } = options
    const [last] = await eventsInRoom(read, roomNid, { dir: 'b', after: 0, upTo: position, limit: 1 })
    return new RoomBook(options, last?.snapshot ?? 0)
  }

  private constructor(options: RoomBookOptions, snapshot: number) {
    this.#options = options
    const { branches, path } = options
    this.#events = new Segments(branches, `${path}/events`)
    this.#outliers = new Segments(branches, `${path}/outliers`)
    this.#snapshot = snapshot
    this.#isEncrypted = stateEntryOf(branches.main, `${path}/state`, encryptionKey) !== undefined
  }

  /** Writes the events that follow in the room's timeline; returns all that were written, those cited too. */
  async append(rows: readonly EventRow[]): Promise<readonly Pdu[]> {
    const events = rows.map(readEvent)
    const last = events.at(-1)
    if (last === undefined) return []
    const moves = await this.#stateMoves(last.row.snapshot)
    if (moves.some(({ key, event }) => key === encryptionKey && event)) this.#isEncrypted = true
    const { outliers, notHeld } = await this.#citations(events, moves)
    if (this.#showsContent) this.#erasedNids = await this.#erasedOf([...events, ...outliers], moves)
    for (const event of outliers) this.#outliers.append(this.#lines(event, notHeld.get(event.row.eventId)))
    for (const event of events) this.#events.append(this.#lines(event, notHeld.get(event.row.eventId)))
    this.#outliers.write()
    this.#events.write()
    this.#writeState(moves)
    this.#snapshot = last.row.snapshot
    this.#forgetOldest()
    return [...outliers, ...events].map(({ pdu }) => pdu)
  }

  /** Takes the content of an event out of the second branch. Whether it was there. */
  async redact({ ord, eventId, json }: EventRow): Promise<boolean> {
    const { read, roomNid, branches, path } = this.#options
    if (branches.content === undefined) return false
    const { pdu } = readEvent({ json })
    const line = ord !== null && isLivePlace(ord) ? await eventsThrough(read, roomNid, ord) : 0
    const inEvents = line > 0 && this.#events.redact(eventId, line)
    const inOutliers = !inEvents && this.#redactOutlier(eventId)
    const key = stateKeyOf(pdu.type, pdu.state_key ?? '')
    const file = `${path}/${stateFileOf(pdu.type)}`
    const shown = pdu.state_key !== undefined ? stateEntryOf(branches.content, file, key) : undefined
    if (shown?.event_id === eventId)
      changeStateFiles(branches.content, file, [{ key, entry: { ...shown, content: this.#redacted(pdu) } }])
    return inEvents || inOutliers
  }

  /** Takes what a user has written out of the second branch. Whether there was any of it. */
  erase(userId: string): boolean {
    const { branches, path } = this.#options
    if (branches.content === undefined) return false
    const isTheirs = (line: string) => isPersonalLine(line, userId)
    const hadAny = [this.#events, this.#outliers].map((segments) => segments.redactAll(isTheirs)).includes(true)
    const key = stateKeyOf('m.room.member', userId)
    const shown = stateEntryOf(branches.content, `${path}/members`, key)
    const entry = stateEntryOf(branches.main, `${path}/members`, key)
    if (shown?.sender !== userId) return hadAny
    changeStateFiles(branches.content, `${path}/members`, [{ key, entry }])
    return true
  }

  #erasedOf(events: readonly ReadEvent[], moves: readonly StateMove[]): Promise<Set<number>> {
    const moved = moves.flatMap(({ event }) => event ?? [])
    const senders = [...events, ...moved].map(({ row }) => row.senderNid)
    return erasedAmong(this.#options.read, senders)
  }

  #isErased({ row, pdu }: ReadEvent): boolean {
    return this.#erasedNids.has(row.senderNid) && isPersonal(pdu)
  }

  #redactOutlier(eventId: string): boolean {
    if (!this.#loadOutlierIds().has(eventId)) return false
    for (let line = 1; line <= this.#outliers.count; line += ledgerLinesPerSegment)
      if (this.#outliers.redact(eventId, line)) return true
    return false
  }

  #redacted({ type, content }: Pdu): JsonObject {
    return redactContent(type, content, this.#options.rules)
  }

  get #showsContent(): boolean {
    const { contents } = this.#options
    return contents === 'all' || (contents === 'unencrypted-rooms' && !this.#isEncrypted)
  }

  #lines(event: ReadEvent, notHeld: readonly string[] | undefined) {
    const { row, pdu } = event
    const { eventId, json } = row
    const redacted = eventLine(eventId, redactedText(pdu, this.#options.rules), notHeld)
    return {
      redacted,
      full: this.#showsContent ? (this.#isErased(event) ? redacted : eventLine(eventId, json, notHeld)) : undefined,
    }
  }

  // State

  async #stateMoves(snapshot: number): Promise<StateMove[]> {
    const { read, roomNid } = this.#options
    const steps = (await changesBetween(read, this.#snapshot, snapshot)) ?? (await this.#wholeDifference(snapshot))
    const changed = new Map(steps.map(({ slot, eventNid }) => [slot, eventNid]))
    const present = [...changed.values()].filter((nid) => nid !== 0)
    const moves = (await eventsByNids(read, present)).map((row): StateMove => {
      const event = readEvent(row)
      return { key: stateKeyOf(event.pdu.type, event.pdu.state_key ?? ''), type: event.pdu.type, event }
    })
    if (present.length === changed.size) return moves
    const slots = await slotsOfRoom(read, roomNid)
    const gone = slots.filter(({ slot }) => changed.get(slot) === 0)
    return [
      ...moves,
      ...gone.map(({ type, stateKey }) => ({ key: stateKeyOf(type, stateKey), type, event: undefined })),
    ]
  }

  /** Where a state was stored whole: after joining through another server, or when much changed at once. */
  async #wholeDifference(snapshot: number): Promise<SlotChange[]> {
    const { read } = this.#options
    const before = await loadVector(read, this.#snapshot)
    const after = await loadVector(read, snapshot)
    const changes: SlotChange[] = []
    for (let slot = 0; slot < Math.max(before.length, after.length); slot++) {
      const eventNid = after[slot] ?? 0
      if ((before[slot] ?? 0) !== eventNid) changes.push({ slot, eventNid })
    }
    return changes
  }

  #writeState(moves: readonly StateMove[]): void {
    const { branches, path } = this.#options
    for (const file of ['state', 'members'] as const) {
      const mine = moves.filter(({ type }) => stateFileOf(type) === file)
      changeStateFiles(
        branches.main,
        `${path}/${file}`,
        mine.map((move) => this.#change(move, false)),
      )
      if (branches.content && this.#showsContent)
        changeStateFiles(
          branches.content,
          `${path}/${file}`,
          mine.map((move) => this.#change(move, true)),
        )
    }
  }

  #change({ key, event }: StateMove, isFull: boolean): StateFileChange {
    if (event === undefined) return { key, entry: undefined }
    const { row, pdu } = event
    const content = isFull && !this.#isErased(event) ? pdu.content : this.#redacted(pdu)
    const { type, state_key: stateKey = '', sender } = pdu
    return { key, entry: { type, state_key: stateKey, sender, event_id: row.eventId, content } }
  }

  // What events cite

  /** The events that must stand beside the timeline because others cite them, and what of the citations is not held. */
  async #citations(events: readonly ReadEvent[], moves: readonly StateMove[]) {
    const through = events.at(-1)?.row.ord ?? 0
    for (const { row } of events) this.#know(row)
    const outliers = new Map<string, ReadEvent>()
    const notHeld = new Map<string, string[]>()
    const first = moves.flatMap(({ event }) => (event && !isLive(event.row.ord, through + 1) ? [event] : []))
    const waiting = [...this.#newOutliers(first, outliers), ...events]
    while (waiting.length > 0) {
      const batch = waiting.splice(0)
      const found = await this.#lookUp(batch)
      for (const event of batch) {
        const isInTimeline = !outliers.has(event.row.eventId)
        const before = isInTimeline ? (event.row.ord ?? 0) : through + 1
        const isHeld = (id: string) => isLive(this.#known.get(id) ?? found.get(id)?.row.ord ?? null, before)
        const cited = referencedIds(event.pdu.auth_events).filter((id) => !isHeld(id))
        const previous = isInTimeline ? referencedIds(event.pdu.prev_events).filter((id) => !isHeld(id)) : []
        const missing = [...cited.filter((id) => !found.has(id) && !this.#known.has(id)), ...previous]
        if (missing.length > 0) notHeld.set(event.row.eventId, [...new Set(missing)].toSorted())
        waiting.push(
          ...this.#newOutliers(
            cited.flatMap((id) => found.get(id) ?? []),
            outliers,
          ),
        )
      }
    }
    return { outliers: [...outliers.values()].toReversed(), notHeld }
  }

  *#newOutliers(events: readonly ReadEvent[], outliers: Map<string, ReadEvent>): Generator<ReadEvent> {
    for (const event of events) {
      const { eventId } = event.row
      if (outliers.has(eventId) || this.#loadOutlierIds().has(eventId)) continue
      outliers.set(eventId, event)
      this.#loadOutlierIds().add(eventId)
      yield event
    }
  }

  /** The events that these cite, as far as the server has them and their places are not known. */
  async #lookUp(events: readonly ReadEvent[]): Promise<Map<string, ReadEvent>> {
    const cited = events.flatMap(({ pdu }) => referencedIds([...pdu.auth_events, ...pdu.prev_events]))
    const unknown = [...new Set(cited)].filter((id) => !this.#known.has(id))
    const rows = (await eventsByIds(this.#options.read, unknown)).filter(
      ({ roomNid }) => roomNid === this.#options.roomNid,
    )
    for (const row of rows) this.#know(row)
    return new Map(rows.map((row) => [row.eventId, readEvent(row)]))
  }

  #know({ eventId, ord }: EventRow): void {
    if (ord === null || !isLivePlace(ord)) return
    this.#known.delete(eventId)
    this.#known.set(eventId, ord)
  }

  /** Forgets the oldest of what is known; never while it is being asked. */
  #forgetOldest(): void {
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= ledgerKnownEventsPerRoomMax) return
      this.#known.delete(oldest)
    }
  }

  #loadOutlierIds(): Set<string> {
    if (this.#outlierIds) return this.#outlierIds
    const { branches, path } = this.#options
    const folder = `${path}/outliers`
    const files = Array.from({ length: segmentCount(branches.main, folder) }, (_, segment) => segmentFile(segment))
    const lines = files.flatMap((file) => linesOf(branches.main, `${folder}/${file}`))
    this.#outlierIds = new Set(lines.flatMap((line) => /^\{"event_id":"([^"\\]+)"/.exec(line)?.[1] ?? []))
    return this.#outlierIds
  }
}

/** Whether an event is in the timeline, before a place in it. */
const isLive = (ord: number | null, before: number): boolean => ord !== null && isLivePlace(ord) && ord < before

// Rows hold PDUs that were checked when they came in.
const readEvent = <Row extends { readonly json: string }>(row: Row): { row: Row; pdu: Pdu } => ({
  row,
  pdu: parseExactJson(row.json) as Pdu,
})
