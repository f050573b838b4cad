// GET /sync: what changed for a user since a position, put together from stored text; waits when nothing did.
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
import { MatrixError } from '@myelin/protocol/errors'
import type { Encryption } from '../encryption/encryption.ts'
import type { Ephemeral } from '../ephemeral/ephemeral.ts'
import type { PresenceState } from '../ephemeral/presence.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import type { Push } from '../push/push.ts'
import type { RoomsContext } from '../rooms/context.ts'
import { keyCountsRememberedMax, syncTimeoutMs } from '../limits.ts'
import { filterContent } from '../store/filters.ts'
import { answer } from './answer.ts'
import { Dirty } from './dirty.ts'
import { startFeed } from './feed.ts'
import { type CompiledFilter, CompiledFilters, everything } from './filter.ts'
import { Heroes } from './heroes.ts'
import { IgnoredUsers } from './ignored-users.ts'
import { LazyMembers } from './lazy-members.ts'
import { notifications, type NotificationsRequest } from './notifications.ts'
import { keysChanges, type KeysChangesRange } from './keys-changes.ts'
import type { SyncParts } from './parts.ts'
import { syncRooms } from './sync-rooms.ts'
import { parseSince } from './token.ts'
import type { View } from './view.ts'
import { Waiters } from './waiters.ts'

/** Who syncs. */
export interface SyncUser {
  readonly userId: string
  readonly userNid: number
  readonly deviceNid: number
}

export interface SyncRequest {
  readonly requester: SyncUser
  /** `next_batch` of the last answer; absent for an initial sync. */
  readonly since?: string | undefined
  /** How long to wait for something to tell, milliseconds. */
  readonly timeoutMs?: number | undefined
  /** Id of a stored filter, or its JSON. */
  readonly filter?: string | undefined
  readonly fullState?: boolean | undefined
  readonly setPresence?: PresenceState | undefined
  readonly stateAfter?: View['stateAfter']
  readonly signal: AbortSignal
}

export interface Sync {
  /** The JSON text of the answer. */
  sync(request: SyncRequest): Promise<string>
  /** The JSON text of a page of the events that notified the user. */
  notifications(requester: SyncUser, request: NotificationsRequest): Promise<string>
  /** The JSON text of the users whose devices changed between two tokens. */
  keysChanges(requester: SyncUser, range: KeysChangesRange): Promise<string>
  /** Requests that wait at the moment, for the metrics. */
  readonly waiting: number
}

export interface SyncOptions {
  readonly rooms: RoomsContext
  readonly ephemeral: Ephemeral
  readonly push: Push
  readonly encryption: Encryption
}

interface Engine {
  readonly parts: SyncParts
  readonly dirty: Dirty
  readonly waiters: Waiters
  readonly ignored: IgnoredUsers
  readonly filters: CompiledFilters
}

/** Starts following the journal and answers `/sync`. */
export function createSync({ rooms, ephemeral, push, encryption }: SyncOptions): Sync {
  const { store, environment } = rooms
  const lazyMembers = new LazyMembers()
  const heroes = new Heroes(store.read)
  const parts = {
    ...{ store, environment, users: rooms.users, ephemeral, push, encryption, lazyMembers, heroes },
    rooms: syncRooms(rooms),
    servedKeyCounts: new BoundedMap<string>(keyCountsRememberedMax),
  }
  const engine = {
    parts,
    dirty: new Dirty(),
    waiters: new Waiters(environment),
    ignored: new IgnoredUsers(store.read),
    filters: new CompiledFilters(),
  }
  const { dirty, waiters, ignored } = engine
  startFeed({ ...parts, dirty, waiters, onAccountData: (user) => ignored.forget(user) })
  return {
    sync: (request) => sync(engine, request),
    notifications: (requester, request) => notifications(parts, requester, request),
    keysChanges: (requester, range) => keysChanges(parts, requester, range),
    get waiting() {
      return waiters.size
    },
  }
}

async function sync(engine: Engine, request: SyncRequest): Promise<string> {
  const { parts } = engine
  const { requester, since } = request
  const has = since === undefined ? { position: 0, messages: 0 } : parseSince(since, parts.store.durablePosition)
  const { position, messages } = has
  const filter = await filterOf(engine, request)
  // What fails here is done again with the next request.
  if (messages > 0) parts.encryption.inboxes.acknowledge(requester.deviceNid, messages).catch(() => undefined)
  if (position === 0) parts.lazyMembers.forget(requester.deviceNid)
  const ended = parts.ephemeral.presence.polled(requester, request.setPresence ?? 'online')
  try {
    return await answerOrWait(engine, request, { filter, position, messages })
  } finally {
    ended()
  }
}

interface Start {
  readonly filter: CompiledFilter
  readonly position: number
  readonly messages: number
}

async function answerOrWait(
  engine: Engine,
  request: SyncRequest,
  { filter, position, messages }: Start,
): Promise<string> {
  const { environment } = engine.parts
  const { requester, signal } = request
  const mayWait = request.since !== undefined && request.fullState !== true
  const until = environment.monotonic() + Math.min(Math.max(request.timeoutMs ?? 0, 0), syncTimeoutMs)
  for (let since = { position, messages }; ;) {
    const leftMs = until - environment.monotonic()
    const waiter = mayWait && leftMs > 0 ? engine.waiters.wait(requester.userNid, leftMs, signal) : undefined
    try {
      const found = await answer(engine, await viewOf(engine, request, { filter, ...since }))
      // Before the first entry of the journal, `s0` has been answered with all there is.
      const hasNews = found.hasNews && found.to > 0
      if (hasNews || !waiter) return found.json
      const wake = await waiter.woken
      if (wake !== 'changed') return found.json
      // Nothing up to there was of interest: look only at what comes after.
      const seen = Math.max(since.position, found.to)
      since = { position: seen, messages: seen }
    } finally {
      waiter?.cancel()
    }
  }
}

async function viewOf(
  engine: Engine,
  request: SyncRequest,
  { filter, position, messages }: Start,
): Promise<Omit<View, 'to'>> {
  const { requester } = request
  return {
    userId: requester.userId,
    userNid: requester.userNid,
    deviceNid: requester.deviceNid,
    since: position,
    messagesSince: messages,
    filter,
    fullState: request.fullState === true && position > 0,
    stateAfter: request.stateAfter,
    ignored: await engine.ignored.of(requester.userNid),
    signal: request.signal,
  }
}

/** "The server will detect whether it is an ID or a JSON object by whether the first character is a `{`." */
async function filterOf(engine: Engine, { filter, requester }: SyncRequest): Promise<CompiledFilter> {
  if (filter === undefined || filter === '') return everything
  if (filter.startsWith('{')) return engine.filters.of(filter)
  const stored = /^\d{1,15}$/.test(filter)
    ? await filterContent(engine.parts.store.read, requester.userNid, Number(filter))
    : undefined
  if (stored === undefined) throw new MatrixError('M_INVALID_PARAM', 'There is no such filter')
  return engine.filters.of(stored)
}
