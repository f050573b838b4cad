// History from before this server came into a room, fetched from others when a reader reaches the beginning of what is
// here. https://spec.matrix.org/v1.19/server-server-api/#backfilling-and-retrieving-missing-events
import { serverNameOf } from '@myelin/algorithms/user-id'
import { backfillRoom } from '@myelin/protocol/server-server/backfill'
import { abortAfter } from '../environment.ts'
import { FederationError } from '../federation/federation-error.ts'
import {
  backfillEventsMax,
  backfillFrontierEventsMax,
  backfillRestMs,
  backfillServersMax,
  backfillTimeoutMs,
  backfillWaitMs,
  recoveryMaxMs,
} from '../limits.ts'
import { type EventRow, eventsByIds, eventsInRoom } from '../store/events.ts'
import type { RoomsContext } from './context.ts'
import { newAsked } from './fetch-missing.ts'
import type { HotRoom } from './hot-room.ts'
import { serversIn } from './partial-state.ts'
import { takeHistory } from './past-events.ts'
import { federationOf } from './read-incoming.ts'
import { previousIds } from './stored-event.ts'
import { EventDropped } from './refusals.ts'
import { eventFlag } from './room-event.ts'

/**
 * What became of asking for older events: some `came`; the room `begins` here, or nobody has more; or it was not
 * to be had `now`.
 */
export type HistoryFetch = 'came' | 'begins' | 'later'

/** Asks for events from before the oldest. Answers in bounded time; a fetch that takes longer goes on for whoever asks next. */
export async function fetchHistory(context: RoomsContext, room: HotRoom): Promise<HistoryFetch> {
  const { environment } = context
  if (environment.now() < room.history.restsUntilMs) return 'begins'
  room.history.fetching ??= context.hotRooms
    .use(room.nid, (used) => fetchOnce(context, used))
    .then((result) => {
      if (result === 'begins') room.history.restsUntilMs = environment.now() + backfillRestMs
      return result
    })
    .finally(() => (room.history.fetching = undefined))
  const { fetching } = room.history
  let cancel = (): void => {}
  const late = new Promise<HistoryFetch>(
    (resolve) => (cancel = environment.timer(backfillWaitMs, () => resolve('later'))),
  )
  return Promise.race([fetching, late]).finally(() => cancel())
}

/** Whether there may be more than what is here. */
export const hasOlderHistory = async (context: RoomsContext, room: HotRoom): Promise<boolean> =>
  context.environment.now() >= room.history.restsUntilMs && (await historyEdge(context, room)) !== undefined

/** Asks one server after the other, until one has something new. */
async function fetchOnce(context: RoomsContext, room: HotRoom): Promise<HistoryFetch> {
  const edge = await historyEdge(context, room)
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

async function takeFrom(
  context: RoomsContext,
  room: HotRoom,
  {
    server,
    edge,
    events,
  }: { readonly server: string; readonly edge: HistoryEdge; readonly events: readonly unknown[] },
): Promise<number> {
  const { signal, cancel } = abortAfter(context.environment, recoveryMaxMs)
  try {
    return await takeHistory({ context, room, servers: [server], signal, asked: newAsked() }, { edge, events })
  } finally {
    cancel()
  }
}

/** Where the history that is here ends. */
export interface HistoryEdge {
  /** The place before which older events go. */
  readonly firstOrd: number
  readonly oldest: EventRow
  /** Ids of events that the oldest follow, and that are not here. */
  readonly missing: readonly string[]
}

/** Undefined where nothing comes before. */
async function historyEdge(context: RoomsContext, room: HotRoom): Promise<HistoryEdge | undefined> {
  if (!context.federation || room.localJoined.size === 0) return undefined
  const rows = await eventsInRoom(context.store.read, room.nid, { dir: 'f', limit: backfillFrontierEventsMax })
  const [oldest] = rows
  if (!oldest || oldest.type === 'm.room.create') return undefined
  const before = new Set(rows.flatMap(({ json }) => previousIds(json)))
  for (const row of await eventsByIds(context.store.read, [...before]))
    if ((row.flags & eventFlag.outlier) === 0) before.delete(row.eventId)
  if (before.size === 0) return undefined
  return { firstOrd: Math.min(oldest.ord ?? 0, 0), oldest, missing: [...before].slice(0, backfillFrontierEventsMax) }
}

/** The servers of those who spoke then, then those with most users in the room. */
function serversToAsk(context: RoomsContext, room: HotRoom, { oldest }: HistoryEdge): string[] {
  const byUsers = [...room.hosts].toSorted(([, a], [, b]) => b - a).map(([host]) => host)
  const { sender } = JSON.parse(oldest.json) as { readonly sender: string }
  const servers = serversIn(room)
  const all = new Set([serverNameOf(sender), ...byUsers, ...servers].filter((host) => servers.has(host)))
  all.delete(context.serverName)
  return [...all].slice(0, backfillServersMax)
}

async function askForHistory(
  context: RoomsContext,
  { roomId }: HotRoom,
  { server, edge }: { readonly server: string; readonly edge: HistoryEdge },
): Promise<readonly unknown[]> {
  const input = { path: { roomId }, query: { v: [...edge.missing], limit: backfillEventsMax } }
  const options = { timeoutMs: backfillTimeoutMs }
  const { pdus } = await federationOf(context).peers.call(server, backfillRoom, input, options)
  return pdus.slice(0, backfillEventsMax)
}
