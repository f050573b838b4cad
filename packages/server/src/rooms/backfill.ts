// History that is not here, fetched from other servers when a reader reaches the beginning of what is, or a gap in it.
// https://spec.matrix.org/v1.19/server-server-api/#backfilling-and-retrieving-missing-events
import { serverNameOf } from '@myelin/algorithms/user-id'
import { backfillRoom } from '@myelin/protocol/server-server/backfill'
import { abortAfter } from '../environment.ts'
import { delayAfter } from '../federation/doubling.ts'
import { FederationError } from '../federation/federation-error.ts'
import {
  backfillBytesMax,
  backfillEventsMax,
  backfillRestMs,
  backfillServersMax,
  backfillTimeoutMs,
  backfillWaitMs,
  gapRestFirstMs,
  gapRestMaxMs,
  recoveryMaxMs,
} from '../federation-limits.ts'
import { type HistoryGap, restGap } from '../store/history-gaps.ts'
import type { RoomsContext } from './context.ts'
import { newAsked } from './fetch-missing.ts'
import { awaitsMembers, type HistoryEdge, historyEdge } from './history-edge.ts'
import type { HotRoom } from './hot-room.ts'
import { takeHistory } from './past-events.ts'
import { federationOf } from './read-incoming.ts'
import { EventDropped } from './refusals.ts'
import { serversByUsers } from './resident-servers.ts'

/**
 * What became of asking for older events: some `came`; the room `begins` here, or nobody has more; or it was not
 * to be had `now`.
 */
export type HistoryFetch = 'came' | 'begins' | 'later'

/**
 * Asks for events from before the oldest, or from before a gap. Answers in bounded time; a fetch that takes longer goes on
 * for whoever asks next.
 */
export async function fetchHistory(context: RoomsContext, room: HotRoom, gap?: HistoryGap): Promise<HistoryFetch> {
  const { environment } = context
  const { fetching, restsUntilMs } = room.history
  if (!gap && environment.now() < restsUntilMs) return 'begins'
  if (gap && (await awaitsMembers(context, room, gap))) return 'later'
  const place = gap?.ord ?? 0
  const underWay =
    fetching.get(place) ??
    context.hotRooms
      .use(room.nid, (used) => fetchOnce(context, used, gap))
      .then((result) => rested(context, room, { gap, result }))
      .finally(() => fetching.delete(place))
  fetching.set(place, underWay)
  let cancel = (): void => {}
  const late = new Promise<HistoryFetch>(
    (resolve) => (cancel = environment.timer(backfillWaitMs, () => resolve('later'))),
  )
  return Promise.race([underWay, late]).finally(() => cancel())
}

interface Fetched {
  readonly gap: HistoryGap | undefined
  readonly result: HistoryFetch
}

/** Remembers where nobody had more: at the beginning for a while, at a gap for ever longer. */
async function rested(context: RoomsContext, room: HotRoom, { gap, result }: Fetched): Promise<HistoryFetch> {
  const now = context.environment.now()
  if (!gap && result === 'begins') room.history.restsUntilMs = now + backfillRestMs
  if (!gap || (result === 'came' && gap.tries === 0)) return result
  const tries = result === 'came' ? 0 : gap.tries + 1
  const delayMs = tries === 0 ? 0 : delayAfter(tries, { firstMs: gapRestFirstMs, maxMs: gapRestMaxMs })
  await context.store.write((w) => restGap(w, { roomNid: room.nid, ord: gap.ord, tries, untilMs: now + delayMs }))
  return result
}

/** Whether there may be more before what is here. */
export const hasOlderHistory = async (context: RoomsContext, room: HotRoom): Promise<boolean> =>
  context.environment.now() >= room.history.restsUntilMs && (await historyEdge(context, room, undefined)) !== undefined

/** Asks one server after the other, until one has something new. */
async function fetchOnce(context: RoomsContext, room: HotRoom, gap: HistoryGap | undefined): Promise<HistoryFetch> {
  const edge = await historyEdge(context, room, gap)
  if (!edge) return 'begins'
  let anybodyAnswered = false
  for (const server of serversToAsk(context, room, edge)) {
    try {
      const events = await askForHistory(context, room, { server, edge })
      anybodyAnswered = true
      if (events.length > 0 && (await takeFrom(context, room, { server, edge, events })) > 0) return 'came'
    } catch (error) {
      // The next server may be better.
      if (!(error instanceof FederationError) && !(error instanceof EventDropped)) throw error
    }
  }
  return anybodyAnswered ? 'begins' : 'later'
}

interface Answered {
  readonly server: string
  readonly edge: HistoryEdge
  readonly events: readonly unknown[]
}

async function takeFrom(context: RoomsContext, room: HotRoom, { server, edge, events }: Answered): Promise<number> {
  const { signal, cancel } = abortAfter(context.environment, recoveryMaxMs)
  try {
    return await takeHistory({ context, room, servers: [server], signal, asked: newAsked() }, { edge, events })
  } finally {
    cancel()
  }
}

/** The servers of those who spoke then, then those with most users in the room. */
function serversToAsk(context: RoomsContext, room: HotRoom, { oldest }: HistoryEdge): string[] {
  const { sender } = JSON.parse(oldest.json) as { readonly sender: string }
  const servers = serversByUsers(context, room)
  const first = servers.filter((server) => server === serverNameOf(sender))
  return [...new Set([...first, ...servers])].slice(0, backfillServersMax)
}

async function askForHistory(
  context: RoomsContext,
  { roomId }: HotRoom,
  { server, edge }: Omit<Answered, 'events'>,
): Promise<readonly unknown[]> {
  const input = { path: { roomId }, query: { v: [...edge.missing], limit: backfillEventsMax } }
  const options = { timeoutMs: backfillTimeoutMs, responseBytesMax: backfillBytesMax }
  const { pdus } = await federationOf(context).peers.call(server, backfillRoom, input, options)
  return pdus.slice(0, backfillEventsMax)
}
