// Filters: what a client wants to see, compiled to tests. `event_fields` is not applied: "a server may include more
// fields than were requested", and events are passed through as text.
// https://spec.matrix.org/v1.19/client-server-api/#filtering
import { SyncFilter } from '@myelin/protocol/client-server/definitions/sync_filter'
import type { EventFilter } from '@myelin/protocol/client-server/definitions/event_filter'
import type { RoomEventFilter } from '@myelin/protocol/client-server/definitions/room_event_filter'
import { MatrixError } from '@myelin/protocol/errors'
import { parse } from '@myelin/protocol/schema'
import {
  filterRememberedCharactersMax,
  filtersRememberedMax,
  syncFilterBytesMax,
  syncTimelineEventsDefault,
  syncTimelineEventsMax,
} from '../limits.ts'

/** What a test looks at. */
export interface Filterable {
  readonly type: string
  readonly sender?: string | undefined
  readonly content?: unknown
}

/** One event filter, compiled. */
export interface EventTest {
  /** Whether there is anything to reject: without, nothing is asked of the events. */
  readonly acceptsAll: boolean
  accepts(event: Filterable): boolean
  acceptsRoom(roomId: string): boolean
}

/** A `/sync` filter, compiled. */
export interface CompiledFilter {
  readonly presence: EventTest
  readonly accountData: EventTest
  readonly timeline: EventTest
  readonly state: EventTest
  readonly ephemeral: EventTest
  readonly roomAccountData: EventTest
  readonly timelineLimit: number
  readonly includeLeave: boolean
  readonly lazyLoadMembers: boolean
  readonly includeRedundantMembers: boolean
  readonly unreadThreadNotifications: boolean
  /** `rooms` and `not_rooms` of the room filter. */
  acceptsRoom(roomId: string): boolean
}

/** Compiles the JSON text of a filter. Throws `M_NOT_JSON` or `M_BAD_JSON`. */
export function compileFilterText(text: string): CompiledFilter {
  if (text.length > syncFilterBytesMax) throw new MatrixError('M_TOO_LARGE', 'The filter is too large')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new MatrixError('M_NOT_JSON', 'The filter is not valid JSON', { cause })
  }
  return compileFilter(parse(SyncFilter, json))
}

/** Filters compiled lately, because a client sends the same one with every poll. */
export class CompiledFilters {
  readonly #byText = new Map<string, CompiledFilter>()

  /** The compiled filter of a JSON text. Throws like `compileFilterText`. */
  of(text: string): CompiledFilter {
    const known = this.#byText.get(text)
    if (known) return known
    const compiled = compileFilterText(text)
    if (text.length > filterRememberedCharactersMax) return compiled
    if (this.#byText.size >= filtersRememberedMax) this.#byText.clear()
    this.#byText.set(text, compiled)
    return compiled
  }
}

/** Compiles a filter. Throws `M_BAD_JSON` for a negative limit. */
export function compileFilter(filter: SyncFilter): CompiledFilter {
  const { room } = filter
  const inRoom = roomTest(room)
  return {
    presence: eventTest(filter.presence),
    accountData: eventTest(filter.account_data),
    timeline: eventTest(room?.timeline),
    state: eventTest(room?.state),
    ephemeral: eventTest(room?.ephemeral),
    roomAccountData: eventTest(room?.account_data),
    timelineLimit: timelineLimit(room?.timeline?.limit),
    includeLeave: room?.include_leave === true,
    lazyLoadMembers: room?.state?.lazy_load_members === true,
    includeRedundantMembers: room?.state?.include_redundant_members === true,
    unreadThreadNotifications: room?.timeline?.unread_thread_notifications === true,
    acceptsRoom: inRoom,
  }
}

/** The filter of a client that gave none. */
export const everything: CompiledFilter = compileFilter({})

function timelineLimit(limit: number | undefined): number {
  if (limit === undefined) return syncTimelineEventsDefault
  if (limit < 0) throw new MatrixError('M_BAD_JSON', 'room.timeline.limit must not be negative')
  return Math.min(limit, syncTimelineEventsMax)
}

/** Compiles one event filter; none accepts everything. */
export function eventTest(filter: EventFilter & Partial<RoomEventFilter> = {}): EventTest {
  const types = filter.types?.map(wildcard)
  const notTypes = (filter.not_types ?? []).map(wildcard)
  const senders = filter.senders && new Set<string>(filter.senders)
  const notSenders = new Set<string>(filter.not_senders)
  const url = filter.contains_url
  const ofType = (type: string) => !notTypes.some((test) => test(type)) && (!types || types.some((test) => test(type)))
  const ofSender = (sender: string) => !notSenders.has(sender) && (!senders || senders.has(sender))
  return {
    acceptsAll: !types && notTypes.length === 0 && !senders && notSenders.size === 0 && url === undefined,
    accepts: (event) =>
      ofType(event.type) &&
      (event.sender === undefined || ofSender(event.sender)) &&
      (url === undefined || hasUrl(event.content) === url),
    acceptsRoom: roomTest(filter),
  }
}

interface RoomLists {
  readonly rooms?: readonly string[]
  readonly not_rooms?: readonly string[]
}

/** "A matching room will be excluded even if it is listed in the `rooms` filter." */
function roomTest(lists: RoomLists | undefined): (roomId: string) => boolean {
  const rooms = lists?.rooms && new Set(lists.rooms)
  const notRooms = new Set(lists?.not_rooms)
  return (roomId) => !notRooms.has(roomId) && (!rooms || rooms.has(roomId))
}

const hasUrl = (content: unknown): boolean =>
  typeof content === 'object' && content !== null && 'url' in content && typeof content.url === 'string'

/** "A `*` can be used as a wildcard to match any sequence of characters." In time linear in the text per piece. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return (text) => text === pattern
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (const piece of rest) {
      const found = text.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return at <= text.length - last.length
  }
}
