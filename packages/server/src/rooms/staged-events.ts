// Events that cannot be judged by what is held here wait on disk while other servers are asked for the rest, and so do those
// of a room that this server is just coming into. They hold up neither the answer to their transaction nor the events of
// their room that need nothing. A room's are taken one at a time,
// those of different servers in turn, so that a server whose events need long holds up only its own. Where a server cannot be
// reached for what its events need, they are tried again: it has been told that they arrived, and will not send them again.
import { Slots } from '@myelin/protocol/client/slots'
import { parseJsonText } from '@myelin/protocol/json-text'
import { Pdu } from '@myelin/protocol/server-server/definitions/pdu'
import { delayAfter } from '../federation/doubling.ts'
import { reasonOf } from '../federation/federation-error.ts'
import {
  recoveriesAtOnceMax,
  recoveryPatientTriesMax,
  recoveryRetryFirstMs,
  recoveryRetryMaxMs,
  recoveryTriesMax,
  stagedEventsMax,
  stagedPerServerAndHeldRoomMax,
  stagedPerServerAndRoomMax,
} from '../limits.ts'
import { StoreError } from '../store/store.ts'
import { stagedEvents, stagedText, stageEvent, unstageEvent } from '../store/staged-events.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { receiveAside } from './place-aside.ts'
import { parseIncoming, verifyIncoming } from './read-incoming.ts'
import { inOrder } from './receive.ts'
import { recover, SenderUnreached } from './recover.ts'
import { dropRuleOf, EventDropped, KeyAwaited } from './refusals.ts'
import { isAdmitted } from './server-access.ts'

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
  /** It is tried again later: `alone`, or those of its server with it, which cannot be reached. */
  rests: 'alone' | 'together' | undefined
}

const untried = { tries: 0, rests: undefined }

/** What waits in a room, by the server that sent it; the server whose turn it is comes first. */
type Lane = Map<string, Staged[]>

export class StagedEvents {
  readonly #context: RoomsContext
  readonly #lanes = new Map<number, Lane>()
  readonly #running = new Map<number, Promise<void>>()
  readonly #slots = new Slots(recoveriesAtOnceMax)
  readonly #stopping = new AbortController()
  #loading: Promise<void> | undefined
  #lastSequence = 0
  #size = 0

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

  /** Keeps an event; resolves when that is durable. Throws M_LIMIT_EXCEEDED. */
  async stage(room: HotRoom, { origin, incoming }: { origin: string; incoming: IncomingEvent }): Promise<void> {
    await this.resume()
    if (this.#size >= stagedEventsMax) throw new EventDropped('flood', 'Too many events wait for what they follow')
    const lane = this.#laneOf(room.nid)
    const waiting = lane.get(origin) ?? []
    const same = waiting.find(({ eventId }) => eventId === incoming.eventId)
    if (same) return void (await same.stored)
    // The newest leads to those before it; of too many the oldest is let go.
    const most = room.longWorks > 0 ? stagedPerServerAndHeldRoomMax : stagedPerServerAndRoomMax
    const dropped = waiting.length >= most ? waiting.shift() : undefined
    const place = { sequence: ++this.#lastSequence, roomNid: room.nid, origin, eventId: incoming.eventId }
    const stored = this.#context.store.write((w) => {
      stageEvent(w, place, incoming.json)
      if (dropped) unstageEvent(w, dropped.sequence)
    })
    lane.set(origin, [...waiting, { ...place, ...untried, stored }])
    this.#size += dropped ? 0 : 1
    if (dropped) this.#drop(room, dropped, new EventDropped('flood', 'Later events of its server wait'))
    await stored
    this.#run(room.nid)
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
    await Promise.all(this.#running.values())
  }

  async #load(): Promise<void> {
    for (const staged of await stagedEvents(this.#context.store.read)) {
      const lane = this.#laneOf(staged.roomNid)
      lane.set(staged.origin, [
        ...(lane.get(staged.origin) ?? []),
        { ...staged, ...untried, stored: Promise.resolve() },
      ])
      this.#lastSequence = staged.sequence
      this.#size++
    }
    for (const roomNid of this.#lanes.keys()) this.#run(roomNid)
  }

  #laneOf(roomNid: number): Lane {
    const lane = this.#lanes.get(roomNid) ?? new Map()
    this.#lanes.set(roomNid, lane)
    return lane
  }

  #run(roomNid: number): void {
    if (this.#running.has(roomNid) || this.#stopping.signal.aborted) return
    this.#running.set(roomNid, this.#runLane(roomNid))
  }

  async #runLane(roomNid: number): Promise<void> {
    let isDone = false
    try {
      await this.#slots.run(() => this.#takeAll(roomNid), this.#stopping.signal)
      isDone = true
    } catch {
      // It stops, or the store does: what waits is taken up at the next start.
    }
    this.#running.delete(roomNid)
    if (isDone && !this.#isHeld(roomNid)) this.goOn(roomNid)
  }

  async #takeAll(roomNid: number): Promise<void> {
    for (let staged = this.#next(roomNid); staged && !this.#isHeld(roomNid); staged = this.#next(roomNid)) {
      const rests = await this.#take(staged)
      this.#stopping.signal.throwIfAborted()
      if (rests) this.#rest(staged, rests)
      else this.#remove(staged)
    }
  }

  /** What goes on in the room would keep those who take events in waiting. */
  #isHeld(roomNid: number): boolean {
    return (this.#context.hotRooms.peek(roomNid)?.longWorks ?? 0) > 0
  }

  /** The first of the server whose turn it is, which is the last to get another one. */
  #next(roomNid: number): Staged | undefined {
    const lane = this.#lanes.get(roomNid)
    if (!lane || lane.size === 0) return void this.#lanes.delete(roomNid)
    const turn = turnOf(lane)
    if (!turn) return undefined
    const [origin, staged] = turn
    const waiting = lane.get(origin) ?? []
    lane.delete(origin)
    lane.set(origin, waiting)
    return staged
  }

  /** Its sender was heard just now: it is likely to be reached again. */
  #rest(staged: Staged, rests: 'alone' | 'together'): void {
    staged.tries++
    staged.rests = rests
    const delayMs = delayAfter(staged.tries, { firstMs: recoveryRetryFirstMs, maxMs: recoveryRetryMaxMs })
    this.#context.environment.timer(delayMs, () => {
      staged.rests = undefined
      this.#run(staged.roomNid)
    })
  }

  #remove({ roomNid, origin, sequence }: Staged): void {
    const lane = this.#lanes.get(roomNid)
    const waiting = lane?.get(origin) ?? []
    const rest = waiting.filter((each) => each.sequence !== sequence)
    if (rest.length > 0) lane?.set(origin, rest)
    else lane?.delete(origin)
    this.#size -= waiting.length - rest.length
    // If this fails it is taken once more at the next start, and is known then.
    this.#context.store.write((w) => unstageEvent(w, sequence)).catch(() => undefined)
  }

  /** How it rests if it is to be tried again. */
  async #take(staged: Staged): Promise<Staged['rests']> {
    const { hotRooms, store } = this.#context
    await staged.stored
    const text = await stagedText(store.read, staged.sequence)
    if (text === undefined) return undefined
    return hotRooms.use(staged.roomNid, async (room) => {
      try {
        const incoming = parseIncoming(parseJsonText(text, Pdu), room.rules)
        // It may be here because that could not be done.
        await verifyIncoming(this.#context, incoming, room.rules)
        await this.#takeIn(room, staged, incoming)
      } catch (error) {
        this.#stopping.signal.throwIfAborted()
        if (error instanceof StoreError) throw error
        const rests = error instanceof SenderUnreached ? 'together' : error instanceof KeyAwaited ? 'alone' : undefined
        if (rests && staged.tries < recoveryTriesMax) return rests
        this.#drop(room, staged, error)
      }
      return undefined
    })
  }

  async #takeIn(room: HotRoom, { origin, tries }: Staged, incoming: IncomingEvent): Promise<void> {
    const context = this.#context
    // The join that it waited for has failed.
    if (room.localJoined.size === 0) return inOrder(context, room, () => receiveAside(context, room, incoming))
    // The room's access list may have come with the join.
    if (!isAdmitted(room, origin)) throw new EventDropped('acl', 'The server that sent it is banned from the room')
    const isPatient = tries < recoveryPatientTriesMax
    const { signal } = this.#stopping
    const { durable } = await recover(context, room, { incoming, origin, mode: 'live', isPatient, signal })
    await durable
  }

  #drop(room: HotRoom, { eventId, origin }: Staged, error: unknown): void {
    const dropped = { rule: dropRuleOf(error), reason: reasonOf(error), origin, roomId: room.roomId }
    this.#context.refusals.drop(eventId, { ...dropped, ts: this.#context.environment.now() })
  }
}

/** The server whose turn it is, and its event: the first that does not rest, nor is held up by one that does. */
function turnOf(lane: Lane | undefined): readonly [origin: string, staged: Staged] | undefined {
  for (const [origin, waiting] of lane ?? []) {
    if (waiting.some(({ rests }) => rests === 'together')) continue
    const staged = waiting.find(({ rests }) => rests === undefined)
    if (staged) return [origin, staged]
  }
  return undefined
}
