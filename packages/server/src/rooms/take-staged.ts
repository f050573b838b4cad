// Takes in events that waited. All that need nothing more go in together, and only where none does it is asked for what one
// needs: the first before a gap, so that a gap is asked for once however many wait behind it.
import { referencedIds } from '@myelin/algorithms/event'
import { parseJsonText } from '@myelin/protocol/json-text'
import { recoveryPatientTriesMax, recoveryTriesMax } from '../federation-limits.ts'
import { stagedDescription } from '../store/staged-events.ts'
import { StoreError } from '../store/store.ts'
import type { IncomingEvent } from './admit-write.ts'
import { firstBefore, inCausalOrder } from './causal-order.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { placeAside, receiveAside } from './place-aside.ts'
import { verifyIncoming } from './read-incoming.ts'
import { isAcceptedInvite } from './receive-invite.ts'
import { inOrder, receiveHeld } from './receive.ts'
import { recover, SenderUnreached } from './recover.ts'
import { EventDropped, KeyAwaited } from './refusals.ts'
import { isAdmitted } from './server-access.ts'
import { findEvent } from './stored-event.ts'

/** An event that waits. */
export interface Waiting {
  /** By which it is found where it is kept. */
  readonly sequence: number
  readonly incoming: IncomingEvent
  /** The server that sent it. */
  readonly origin: string
  /** How often it was looked for in vain what it needs. */
  readonly tries: number
  /** Its signatures are checked. */
  readonly isVerified: boolean
}

/** How an event waits to be tried again: by itself, or those of its server with it, which cannot be reached. */
export type Rest = 'alone' | 'together'

export interface Taking {
  readonly context: RoomsContext
  readonly room: HotRoom
  /** By event id, in the order in which they have their turn; what was taken in, rests or is dropped leaves it. */
  readonly waiting: Map<string, Waiting>
  readonly signal: AbortSignal
  /** It is to be tried again. */
  rest(one: Waiting, rest: Rest): void
  /** It never comes in. */
  drop(one: Waiting, error: unknown): void
}

/**
 * At least one of them leaves; what was taken in is durable then. Throws StoreError, and the signal's reason when it is
 * aborted.
 */
export async function takeStaged(taking: Taking): Promise<void> {
  const { room, waiting } = taking
  const before = waiting.size
  await checkAll(taking)
  // The join that they waited for has failed.
  if (room.localJoined.size === 0) return takeAside(taking)
  const durable: Promise<unknown>[] = []
  await takeHeld(taking, durable)
  const [next] = waiting.values()
  if (next && waiting.size === before) {
    const first = firstBefore(next.incoming, (eventId) => waiting.get(eventId)?.incoming)
    await takeWithAll(taking, waiting.get(first.eventId) ?? next, durable)
    await takeHeld(taking, durable)
  }
  await Promise.all(durable)
}

/** Whether they are signed, which they may wait for, and whether the room lets their servers speak, which it tells late. */
async function checkAll(taking: Taking): Promise<void> {
  const { context, room, waiting } = taking
  const check = async (one: Waiting) => {
    if (!one.isVerified) await verifyIncoming(context, one.incoming, room.rules)
    if (room.localJoined.size > 0 && !isAdmitted(room, one.origin))
      throw new EventDropped('acl', 'The server that sent it is banned from the room')
  }
  const all = [...waiting.values()]
  const checked = await Promise.allSettled(all.map(check))
  for (const [index, one] of all.entries()) {
    const result = checked[index]
    if (result?.status === 'rejected') fail(taking, one, result.reason)
  }
}

async function takeAside(taking: Taking): Promise<void> {
  const { context, room, waiting } = taking
  for (const one of waiting.values())
    try {
      await inOrder(context, room, () => receiveAbsent(context, room, one))
      waiting.delete(one.incoming.eventId)
    } catch (error) {
      fail(taking, one, error)
    }
}

/** An invite that was taken in while somebody joined counts, though nobody came into the room. */
async function receiveAbsent(context: RoomsContext, room: HotRoom, one: Waiting): Promise<void> {
  const { incoming: received, origin, sequence } = one
  const isInvite = (await isAcceptedInvite(context, received)) && !(await findEvent(context, room, received.eventId))
  if (isInvite) {
    const described: unknown = parseJsonText((await stagedDescription(context.store.read, sequence)) ?? '[]')
    await placeAside(context, room, { received, described: Array.isArray(described) ? described : [] })
  } else await receiveAside(context, room, { origin, received })
}

/** Takes in those that need nothing. */
async function takeHeld(taking: Taking, durable: Promise<unknown>[]): Promise<void> {
  const { context, room, waiting } = taking
  const lacking = new Set<string>()
  await inOrder(context, room, async () => {
    for (const incoming of inCausalOrder(Array.from(waiting.values(), (each) => each.incoming))) {
      const { eventId, pdu } = incoming
      const one = waiting.get(eventId)
      if (!one) continue
      if (referencedIds(pdu.prev_events).some((each) => lacking.has(each))) lacking.add(eventId)
      else
        try {
          const outcome = await receiveHeld(context, room, { incoming, mode: 'live' })
          if ('event' in outcome) takenIn(taking, one, { durable, done: outcome.durable })
          else lacking.add(eventId)
        } catch (error) {
          fail(taking, one, error)
        }
    }
  })
}

/** Takes one in with all that takes. */
async function takeWithAll(taking: Taking, one: Waiting, durable: Promise<unknown>[]): Promise<void> {
  const { context, room, signal } = taking
  const { incoming, origin, tries } = one
  try {
    const isPatient = tries < recoveryPatientTriesMax
    const admitted = await recover(context, room, { incoming, origin, mode: 'live', isPatient, signal })
    takenIn(taking, one, { durable, done: admitted.durable })
  } catch (error) {
    fail(taking, one, error)
  }
}

interface Noting {
  /** What is waited for in the end. */
  readonly durable: Promise<unknown>[]
  readonly done: Promise<unknown>
}

function takenIn({ waiting }: Taking, { incoming }: Waiting, { durable, done }: Noting): void {
  done.catch(() => undefined) // counts when it is waited for
  durable.push(done)
  waiting.delete(incoming.eventId)
}

/** It rests if that may pass, else it is dropped. Throws what has nothing to do with the event. */
function fail(taking: Taking, one: Waiting, error: unknown): void {
  taking.signal.throwIfAborted()
  // What the store has lost in memory waits on disk.
  if (error instanceof StoreError || taking.room.dropped) throw error
  taking.waiting.delete(one.incoming.eventId)
  const rest = error instanceof SenderUnreached ? 'together' : error instanceof KeyAwaited ? 'alone' : undefined
  if (rest && one.tries < recoveryTriesMax) taking.rest(one, rest)
  else taking.drop(one, error)
}
