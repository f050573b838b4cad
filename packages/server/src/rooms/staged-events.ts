// Events that cannot be judged by what is held here wait on disk while other servers are asked for the rest, and so do those
// of a room that this server is just coming into. They hold up neither the answer to their transaction nor the events of
// their room that need nothing. A room's are taken some at a time, those of different servers in turn, so that a server whose
// events need long holds up only its own. Where a server cannot be reached for what its events need, they are tried again: it
// has been told that they arrived, and will not send them again.
import { parseJsonText } from '@myelin/protocol/json-text'
import { Pdu } from '@myelin/protocol/server-server/definitions/pdu'
import { delayAfter } from '../federation/doubling.ts'
import { reasonOf } from '../federation/federation-error.ts'
import {
  recoveriesAtOnceMax,
  recoveriesPerServerMax,
  recoveryRetryFirstMs,
  recoveryRetryMaxMs,
  stagedBytesInMemoryMax,
  stagedEventsMax,
  stagedPerServerAndHeldRoomMax,
  stagedPerServerAndRoomMax,
  stagedTakenAtOnceMax,
  stagingWaitMs,
} from '../federation-limits.ts'
import { joinIntents } from '../store/joins.ts'
import { stagedEvents, stagedTexts, stageEvent, unstageEvents } from '../store/staged-events.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { parseIncoming } from './read-incoming.ts'
import { dropRuleOf, EventDropped } from './refusals.ts'
import { type Rest, takeStaged, type Waiting } from './take-staged.ts'

interface Staged {
  readonly sequence: number
  readonly roomNid: number
  /** The server that sent it. */
  readonly origin: string
  readonly eventId: string
  /** Resolves when its text can be read. */
  readonly stored: Promise<unknown>
  /** How often it was looked for in vain what it needs, because its sender could not be reached. */
  tries: number
  /** It is tried again later. */
  rests: Rest | undefined
  /** The event itself, its signatures checked, as long as there is space for it in memory. */
  readonly held: IncomingEvent | undefined
}

const untried = { tries: 0, rests: undefined, held: undefined }

interface Staging {
  /** The server that sent it. */
  readonly origin: string
  readonly incoming: IncomingEvent
  /** Its signatures are checked. */
  readonly isVerified: boolean
  /** What an invite says of its room, as text to be stored. */
  readonly described?: string | undefined
}

/** What waits in a room, by the server that sent it; the server whose turn it is comes first. */
type Lane = Map<string, Staged[]>

export class StagedEvents {
  readonly #context: RoomsContext
  readonly #lanes = new Map<number, Lane>()
  /** Rooms in which something may be taken, in the order in which that came to be. */
  readonly #ready = new Set<number>()
  /** Those in which something is, and whose turn it was. */
  readonly #running = new Map<number, { readonly origin: string; readonly ended: Promise<void> }>()
  readonly #stopping = new AbortController()
  #loading: Promise<void> | undefined
  #lastSequence = 0
  #size = 0
  /** How many wait of each server. */
  readonly #counts = new Map<string, number>()
  #heldBytes = 0
  /** Called when events of a room have left, by room. */
  readonly #onSpace = new Map<number, Set<() => void>>()

  constructor(context: RoomsContext) {
    this.#context = context
  }

  /** Takes up what waits in a room, once what held it up has ended. */
  goOn(roomNid: number): void {
    if (turnOf(this.#lanes.get(roomNid))) this.#run(roomNid)
  }

  /** How many events wait. */
  get size(): number {
    return this.#size
  }

  /** Goes on with what waited when the server stopped. */
  resume(): Promise<void> {
    return (this.#loading ??= this.#load())
  }

  /**
   * Keeps an event; resolves when that is durable. Where many of its server wait it takes a little longer, so that they can
   * get in first. Throws M_LIMIT_EXCEEDED.
   */
  async stage(room: HotRoom, { origin, incoming, isVerified, described }: Staging): Promise<void> {
    await this.resume()
    if (this.#size >= stagedEventsMax) await this.#makeSpaceFor(origin)
    const { environment, store } = this.#context
    const endMs = environment.monotonic() + stagingWaitMs
    while (this.#isFull(room, origin) && environment.monotonic() < endMs) await this.#space(room.nid, endMs)
    const lane = this.#laneOf(room.nid)
    const waiting = lane.get(origin) ?? []
    const same = waiting.find(({ eventId }) => eventId === incoming.eventId)
    if (same) return void (await same.stored)
    // The newest leads to those before it; of too many the oldest is let go.
    const dropped = waiting.length >= mostOf(room) ? waiting.shift() : undefined
    const place = { sequence: ++this.#lastSequence, roomNid: room.nid, origin, eventId: incoming.eventId }
    const stored = store.write((w) => {
      stageEvent(w, place, { json: incoming.json, described })
      if (dropped) unstageEvents(w, [dropped.sequence])
    })
    waiting.push(this.#counted({ ...place, ...untried, stored }, isVerified ? incoming : undefined))
    lane.set(origin, waiting)
    if (dropped) {
      this.#uncount(dropped)
      this.#drop(room, dropped, new EventDropped('flood', 'Later events of its server wait'))
    }
    await stored
    this.#run(room.nid)
  }

  /** No more of the server's events can wait, and they will soon be fewer. */
  #isFull(room: HotRoom, origin: string): boolean {
    const waiting = this.#lanes.get(room.nid)?.get(origin) ?? []
    const isMoving = room.longWorks === 0 && !this.#stopping.signal.aborted
    return isMoving && waiting.length >= mostOf(room) && restless(waiting).length > 0
  }

  /** Resolves when some of the room's events have left, at the end at the latest. */
  async #space(roomNid: number, endMs: number): Promise<void> {
    const { environment } = this.#context
    const { promise, resolve } = Promise.withResolvers<void>()
    const listeners = this.#onSpace.get(roomNid) ?? new Set()
    this.#onSpace.set(roomNid, listeners.add(resolve))
    const cancel = environment.timer(Math.ceil(endMs - environment.monotonic()), resolve)
    await promise
    cancel()
    listeners.delete(resolve)
    if (listeners.size === 0) this.#onSpace.delete(roomNid)
  }

  /** The server of which most wait gives way. Throws EventDropped where it is the one that asks. */
  async #makeSpaceFor(origin: string): Promise<void> {
    const [[greediest] = [origin]] = [...this.#counts].toSorted(([, a], [, b]) => b - a)
    const flood = new EventDropped('flood', 'Too many events wait for what they follow')
    if (greediest === origin) throw flood
    const lane = this.#lanes.values().find((each) => each.has(greediest))
    const oldest = lane?.get(greediest)?.[0]
    if (!oldest) return
    this.#remove(oldest.roomNid, new Set([oldest]))
    await this.#context.hotRooms.use(oldest.roomNid, async (room) => this.#drop(room, oldest, flood))
  }

  #counted(staged: Staged, held?: IncomingEvent): Staged {
    this.#size++
    this.#counts.set(staged.origin, (this.#counts.get(staged.origin) ?? 0) + 1)
    const bytes = held?.json.length ?? 0
    if (this.#heldBytes + bytes > stagedBytesInMemoryMax) return staged
    this.#heldBytes += bytes
    return { ...staged, held }
  }

  #uncount({ held, origin }: Staged): void {
    this.#size--
    const count = (this.#counts.get(origin) ?? 0) - 1
    if (count > 0) this.#counts.set(origin, count)
    else this.#counts.delete(origin)
    this.#heldBytes -= held?.json.length ?? 0
  }

  /** Where an event waits, if it does. */
  find(eventId: string): Staged | undefined {
    for (const lane of this.#lanes.values())
      for (const waiting of lane.values()) for (const each of waiting) if (each.eventId === eventId) return each
    return undefined
  }

  /** Resolves when nothing is under way any more; what waits stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    for (const listeners of this.#onSpace.values()) for (const listener of listeners) listener()
    await Promise.all(Array.from(this.#running.values(), ({ ended }) => ended))
  }

  async #load(): Promise<void> {
    for (const staged of await stagedEvents(this.#context.store.read)) {
      const lane = this.#laneOf(staged.roomNid)
      const waits = this.#counted({ ...staged, ...untried, stored: Promise.resolve() })
      lane.set(staged.origin, [...(lane.get(staged.origin) ?? []), waits])
      this.#lastSequence = staged.sequence
    }
    // Whoever takes up a join goes on with what waits for it.
    const joining = new Set((await joinIntents(this.#context.store.read)).map(({ roomId }) => roomId))
    for (const roomNid of this.#lanes.keys())
      if (joining.size === 0 || !joining.has((await this.#context.hotRooms.get(roomNid)).roomId)) this.#run(roomNid)
  }

  #laneOf(roomNid: number): Lane {
    const lane = this.#lanes.get(roomNid) ?? new Map()
    this.#lanes.set(roomNid, lane)
    return lane
  }

  #run(roomNid: number): void {
    this.#ready.add(roomNid)
    this.#startReady()
  }

  /** As many as may be under way at once, few of them for events of one server: its answers may take as long as it likes. */
  #startReady(): void {
    for (const roomNid of this.#ready) {
      if (this.#running.size >= recoveriesAtOnceMax || this.#stopping.signal.aborted) return
      const [origin] = turnOf(this.#lanes.get(roomNid)) ?? []
      if (this.#running.has(roomNid) || (origin !== undefined && this.#isBusyFor(origin))) continue
      this.#ready.delete(roomNid)
      if (origin !== undefined && !this.#isHeld(roomNid))
        this.#running.set(roomNid, { origin, ended: this.#takeSome(roomNid) })
    }
  }

  #isBusyFor(origin: string): boolean {
    const [...running] = this.#running.values()
    return running.filter((each) => each.origin === origin).length >= recoveriesPerServerMax
  }

  async #takeSome(roomNid: number): Promise<void> {
    const next = this.#next(roomNid)
    try {
      await this.#context.hotRooms.use(roomNid, (room) => this.#take(room, next))
      this.#running.delete(roomNid)
      this.goOn(roomNid)
    } catch {
      // It stops, or the store does: what waits is taken up at the next start.
      this.#running.delete(roomNid)
    }
    this.#startReady()
  }

  /** What goes on in the room would keep those who take events in waiting. */
  #isHeld(roomNid: number): boolean {
    return (this.#context.hotRooms.peek(roomNid)?.longWorks ?? 0) > 0
  }

  /** Some that do not rest: first those of the server whose turn it is, which is the last to get another one. */
  #next(roomNid: number): Staged[] {
    const lane = this.#lanes.get(roomNid)
    const turn = turnOf(lane)
    if (!lane || !turn) return []
    const [origin, waiting] = turn
    lane.delete(origin)
    const next: Staged[] = []
    for (const each of [waiting, ...lane.values()]) {
      if (next.length >= stagedTakenAtOnceMax) break
      next.push(...restless(each).slice(0, stagedTakenAtOnceMax - next.length))
    }
    lane.set(origin, waiting)
    return next
  }

  /** Its sender was heard just now: it is likely to be reached again. */
  #rest(staged: Staged, rests: Rest): void {
    staged.tries++
    staged.rests = rests
    const delayMs = delayAfter(staged.tries, { firstMs: recoveryRetryFirstMs, maxMs: recoveryRetryMaxMs })
    this.#context.environment.timer(delayMs, () => {
      staged.rests = undefined
      this.#run(staged.roomNid)
    })
  }

  #remove(roomNid: number, gone: ReadonlySet<Staged>): void {
    const lane = this.#lanes.get(roomNid)
    for (const origin of new Set(Array.from(gone, (each) => each.origin))) {
      // Some may have been let go for later ones meanwhile.
      const waiting = lane?.get(origin) ?? []
      for (const each of waiting) if (gone.has(each)) this.#uncount(each)
      const rest = waiting.filter((each) => !gone.has(each))
      if (rest.length > 0) lane?.set(origin, rest)
      else lane?.delete(origin)
    }
    if (lane?.size === 0) this.#lanes.delete(roomNid)
    const sequences = Array.from(gone, ({ sequence }) => sequence)
    // If this fails they are taken once more at the next start, and are known then.
    this.#context.store.write((w) => unstageEvents(w, sequences)).catch(() => undefined)
    for (const listener of this.#onSpace.get(roomNid) ?? []) listener()
  }

  async #take(room: HotRoom, next: readonly Staged[]): Promise<void> {
    const context = this.#context
    const events = await this.#read(room, next)
    const waiting = new Map<string, Waiting>()
    for (const { sequence, eventId, origin, tries, held } of next) {
      const incoming = events.get(eventId)
      if (incoming && !waiting.has(eventId))
        waiting.set(eventId, { sequence, incoming, origin, tries, isVerified: held !== undefined })
    }
    const resting = new Map<Waiting, Rest>()
    await takeStaged({
      ...{ context, room, waiting },
      signal: this.#stopping.signal,
      rest: (one, rests) => void resting.set(one, rests),
      drop: ({ incoming: { eventId }, origin }, error) => this.#drop(room, { eventId, origin }, error),
    })
    const stay = new Set<string>(waiting.keys())
    for (const [{ incoming, origin }, rests] of resting) {
      stay.add(incoming.eventId)
      for (const each of next) if (each.eventId === incoming.eventId && each.origin === origin) this.#rest(each, rests)
    }
    this.#remove(room.nid, new Set(next.filter(({ eventId }) => !stay.has(eventId))))
  }

  /** The events themselves, by id, without those that are gone. */
  async #read(room: HotRoom, next: readonly Staged[]): Promise<Map<string, IncomingEvent>> {
    const events = new Map<string, IncomingEvent>()
    for (const { eventId, held } of next) if (held) events.set(eventId, held)
    const rest = next.filter(({ held }) => !held)
    await Promise.all(rest.map(({ stored }) => stored))
    const texts = await stagedTexts(
      this.#context.store.read,
      rest.map(({ sequence }) => sequence),
    )
    for (const { eventId, origin, json } of texts)
      try {
        events.set(eventId, events.get(eventId) ?? parseIncoming(parseJsonText(json, Pdu), room.rules))
      } catch (error) {
        this.#drop(room, { eventId, origin }, error)
      }
    return events
  }

  #drop(room: HotRoom, { eventId, origin }: Pick<Staged, 'eventId' | 'origin'>, error: unknown): void {
    const dropped = { rule: dropRuleOf(error), reason: reasonOf(error), origin, roomId: room.roomId }
    this.#context.refusals.drop(eventId, { ...dropped, ts: this.#context.environment.now() })
  }
}

/** How many events of a server may wait in a room. */
const mostOf = ({ longWorks }: HotRoom) => (longWorks > 0 ? stagedPerServerAndHeldRoomMax : stagedPerServerAndRoomMax)

/** Those of a server's events that neither rest nor are held up by one that does. */
const restless = (waiting: readonly Staged[]): Staged[] =>
  waiting.some(({ rests }) => rests === 'together') ? [] : waiting.filter(({ rests }) => rests === undefined)

/** The server whose turn it is, and what waits of it. */
function turnOf(lane: Lane | undefined): readonly [origin: string, waiting: Staged[]] | undefined {
  for (const turn of lane ?? []) if (restless(turn[1]).length > 0) return turn
  return undefined
}
