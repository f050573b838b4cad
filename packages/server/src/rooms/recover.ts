// Takes an event in whose surroundings are not held here: asks other servers, its sender first, for what it cites, for the
// events between it and the room's heads, and in the end for the state before it. Every step is bounded, so that an event
// comes in or is dropped.
import { referencedIds } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { abortAfter } from '../environment.ts'
import { FederationError } from '../federation/federation-error.ts'
import { recoveryMaxMs, recoveryServersMax } from '../federation-limits.ts'
import type { Admitted } from './admit.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import { fetchAuthChain, fetchMissing, fetchStateBefore, newAsked, type Recovery } from './fetch-missing.ts'
import type { HotRoom } from './hot-room.ts'
import { serversIn } from './partial-state.ts'
import { askPolicyServer } from './policy-server.ts'
import { inOrder, type Lacking, receiveHeld, type Receiving } from './receive.ts'
import { EventDropped, KeyAwaited } from './refusals.ts'

export interface Recovering extends Pick<Receiving, 'incoming' | 'mode'> {
  /** Who sent it. */
  readonly origin: string
  /** Takes nothing in without what its sender has before it: where that cannot be reached, it may be later. */
  readonly isPatient?: boolean
  readonly signal?: AbortSignal | undefined
}

/** It needs what its sender has, which cannot be reached: that may be otherwise later. */
export class SenderUnreached extends EventDropped {
  constructor(options: ErrorOptions = {}) {
    super('missing', 'Its sender cannot be reached for what it needs', options)
  }
}

interface Search extends Recovery {
  readonly isPatient: boolean
}

/** Takes the event in with all that takes. Not within `inOrder`. Throws MatrixError, EventDropped where that cannot be. */
export async function recover(context: RoomsContext, room: HotRoom, recovering: Recovering): Promise<Admitted> {
  const { signal, cancel } = abortAfter(context.environment, recoveryMaxMs)
  const signals = recovering.signal ? [signal, recovering.signal] : [signal]
  const servers = serversFor(context, room, recovering.origin)
  const { isPatient = false } = recovering
  const recovery: Search = { context, room, servers, signal: AbortSignal.any(signals), asked: newAsked(), isPatient }
  try {
    const { incoming, mode } = recovering
    const admitted = await receiveWith(recovery, { incoming, mode }, [fillGap, giveState])
    if (!admitted) throw new EventDropped('missing', 'What it follows cannot be had')
    return admitted
  } catch (error) {
    if (error instanceof KeyAwaited) throw error
    if (error instanceof MatrixError && isSenderUnreached(recovery)) throw new SenderUnreached({ cause: error })
    if (signal.aborted) throw new EventDropped('missing', 'What it follows cannot be had in time', { cause: error })
    throw error
  } finally {
    cancel()
  }
}

/** Its sender is the first to be asked. */
const isSenderUnreached = ({ servers: [sender], asked }: Recovery): boolean =>
  sender !== undefined && asked.unreached.has(sender)

/** Its sender, and a few others that are in the room. */
function serversFor(context: RoomsContext, room: HotRoom, origin: string): string[] {
  const servers = new Set([origin])
  for (const server of serversIn(room)) {
    if (servers.size >= recoveryServersMax) break
    if (server !== context.serverName) servers.add(server)
  }
  servers.delete(context.serverName)
  return [...servers]
}

const isIn = (outcome: Admitted | Lacking): outcome is Admitted => 'event' in outcome

/** What is done about events that are followed and not here, in this order; then it is given up. */
type Remedy = (recovery: Search, receiving: Receiving) => Promise<Receiving>

/**
 * Takes the event in. Each thing is fetched once; what it lacks after that it lacks for good. Undefined when it follows what
 * is not here and no remedy is left. Throws EventDropped.
 */
async function receiveWith(
  recovery: Search,
  first: Receiving,
  remedies: readonly Remedy[],
): Promise<Admitted | undefined> {
  let receiving = first
  const left = [...remedies]
  for (const done = new Set<string>(); ;) {
    const outcome = await receiveIn(recovery, receiving)
    if (isIn(outcome)) return outcome
    const { lacks } = outcome
    if (lacks === 'previous') {
      const remedy = left.shift()
      if (!remedy) return undefined
      receiving = await remedy(recovery, receiving)
    } else {
      if (done.has(lacks)) throw new EventDropped('missing', `What it ${verbs[lacks]} cannot be had`)
      done.add(lacks)
      receiving = await fetchers[lacks](recovery, receiving)
    }
  }
}

const verbs = { cited: 'cites', policy: 'needs of the policy server' } as const

const receiveIn = ({ context, room }: Recovery, receiving: Receiving): Promise<Admitted | Lacking> =>
  inOrder(context, room, () => receiveHeld(context, room, receiving))

const fetchers: Readonly<Record<Exclude<Lacking['lacks'], 'previous'>, Remedy>> = {
  async cited(recovery, receiving) {
    const { eventId, pdu } = receiving.incoming
    await fetchAuthChain(recovery, { eventId, cited: referencedIds(pdu.auth_events) })
    return receiving
  },
  async policy({ context, room }, receiving) {
    try {
      return { ...receiving, incoming: await askPolicyServer(context, room, receiving.incoming), isPolicyAsked: true }
    } catch (error) {
      if (receiving.mode === 'resident' || !(error instanceof MatrixError)) throw error
      return { ...receiving, isPolicyAsked: true }
    }
  },
}

const giveState: Remedy = async (recovery, receiving) => ({
  ...receiving,
  givenState: recovery.room.partial ? 'none' : await fetchStateBefore(recovery, receiving.incoming.eventId),
})

/** Takes in the events between the room's heads and this one, as far as servers give them. */
const fillGap: Remedy = async (recovery, receiving) => {
  let waiting = await fetchMissing(recovery, receiving.incoming)
  if (recovery.isPatient) requireAll(recovery)
  while (waiting.length > 0) {
    const rest: IncomingEvent[] = []
    for (const event of waiting) if (!(await takesPlace(recovery, event, []))) rest.push(event)
    // None of them follows what is known: the lowest needs the state before it. In circles, too, one comes first.
    const [lowest, ...others] = rest
    if (lowest && rest.length === waiting.length) await takesPlace(recovery, lowest, [giveState])
    waiting = rest.length === waiting.length ? others : rest
  }
  return receiving
}

/** Throws where some of what is before the event may come later. */
function requireAll(recovery: Search): void {
  if (isSenderUnreached(recovery)) throw new SenderUnreached()
  const { lacksKeyOf } = recovery.asked
  if (lacksKeyOf !== undefined) throw new KeyAwaited(lacksKeyOf, `The key of ${lacksKeyOf} cannot be had yet`)
}

/** Whether that was settled: it is taken in, or never will be. One bad event does not keep the others out. */
async function takesPlace(recovery: Search, incoming: IncomingEvent, remedies: readonly Remedy[]): Promise<boolean> {
  try {
    return (await receiveWith(recovery, { incoming, mode: 'live' }, remedies)) !== undefined
  } catch (error) {
    if (!(error instanceof MatrixError) || (error.errcode === 'M_UNKNOWN' && !(error instanceof FederationError)))
      throw error
    if (recovery.isPatient && (error instanceof KeyAwaited || isSenderUnreached(recovery))) throw error
    return true
  }
}
