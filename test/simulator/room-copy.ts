// A room as one server has it: every event with what became of it, the state, the members, the heads.
import type { Pdu } from '@myelin/algorithms/event'
import { referencedIds } from '@myelin/algorithms/event'
import { stateAfter } from '@myelin/server/rooms/dag-state'
import type { HotRoom } from '@myelin/server/rooms/hot-room'
import { eventFlag, type RoomEvent } from '@myelin/server/rooms/room-event'
import { isStripped } from '@myelin/server/rooms/stripped-state'
import type { OpenServices } from '@myelin/server/server'
import { sql } from '@myelin/server/store/sql'

export interface CopiedEvent {
  readonly eventId: string
  readonly pdu: Pdu
  readonly previous: readonly string[]
  /** Place in the timeline, if it has one. */
  readonly ord: number | null
  readonly flags: number
}

export interface RoomCopy {
  readonly serverName: string
  readonly room: HotRoom
  /** All but outliers. */
  readonly events: ReadonlyMap<string, CopiedEvent>
  readonly outliers: ReadonlyMap<string, CopiedEvent>
  /** Event ids by type and state key. */
  readonly state: ReadonlyMap<string, string>
  readonly heads: readonly string[]
  /** The state after each head, in their order. */
  readonly statesAfterHeads: readonly ReadonlyMap<string, string>[]
  readonly members: ReadonlyMap<string, string>
  /** Whether the server has users in the room by its own account. */
  readonly isIn: boolean
  /** Servers that saw an event, where its history visibility keeps it from all others. */
  readonly witnesses: ReadonlyMap<string, ReadonlySet<string>>
  /** Part of its state is what it was told while it was out, and could not judge. */
  readonly isTold: boolean
}

interface EventColumns {
  readonly [column: string]: string | number | null
  readonly eventId: string
  readonly nid: number
  readonly ord: number | null
  readonly flags: number
  readonly json: string
}

const selectEvents = sql`SELECT nid, event_id AS "eventId", ord, flags, json FROM events WHERE room_nid = ${'room'}
  ORDER BY ord, nid`
const selectMembers = sql`SELECT user_id AS "userId", membership FROM members JOIN users ON users.nid = members.user_nid
  WHERE room_nid = ${'room'} ORDER BY user_id`

/** The room as a server has it that has, or had, users in it. */
export async function copyOf(services: OpenServices, roomId: string): Promise<RoomCopy | undefined> {
  const { rooms, store, config } = services
  const room = await rooms.byId(roomId)
  if (!room || room.heads.length === 0) return undefined
  const rows = await store.read.all<EventColumns, 'room'>(selectEvents, { room: room.nid })
  const members = await store.read.all<{ userId: string; membership: string }, 'room'>(selectMembers, {
    room: room.nid,
  })
  const isOutlier = ({ flags }: CopiedEvent) => (flags & eventFlag.outlier) !== 0
  const all = rows.filter(({ eventId }) => !isStripped(eventId)).map(copied)
  const unjudged = new Set(rows.flatMap(({ eventId, flags }) => ((flags & eventFlag.unjudged) === 0 ? [] : [eventId])))
  const ids = new Map(rows.map((row) => [row['nid'], row.eventId]))
  const stateAt = (root: number): ReadonlyMap<string, string> =>
    new Map(
      Array.from(
        room.stateEntries(root),
        ([type, stateKey, nid]) => [`${type} ${stateKey}`, ids.get(nid) ?? `unknown ${nid}`] as const,
      ).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
  const heads = (await room.events(room.heads.map(({ nid }) => nid))).toSorted((a, b) =>
    a.eventId < b.eventId ? -1 : 1,
  )
  const stateAfterEvent = async (event: RoomEvent) => stateAt((await stateAfter(rooms.context, room, event)).root)
  const known = new Map(all.map((each) => [each.eventId, each]))
  const witnesses = isAllShown(all) ? new Map() : await witnessesOf(rows, { room, known, stateAfterEvent })
  return {
    serverName: config.serverName,
    room,
    events: new Map(all.flatMap((each) => (isOutlier(each) ? [] : [[each.eventId, each]]))),
    outliers: new Map(all.flatMap((each) => (isOutlier(each) ? [[each.eventId, each]] : []))),
    state: stateAt(room.root),
    statesAfterHeads: await Promise.all(heads.map(stateAfterEvent)),
    witnesses,
    heads: heads.map(({ eventId }) => eventId),
    isIn: room.localJoined.size > 0,
    isTold: [...stateAt(room.root).values()].some((eventId) => isStripped(eventId) || unjudged.has(eventId)),
    members: new Map(
      members.flatMap(({ userId, membership }) => (membership === 'leave' ? [] : [[userId, membership] as const])),
    ),
  }
}

const isAllShown = (all: readonly CopiedEvent[]): boolean =>
  all.every(({ pdu }) => pdu.type !== 'm.room.history_visibility' || isShared(pdu.content['history_visibility']))

const isShared = (visibility: unknown): boolean => visibility !== 'invited' && visibility !== 'joined'

interface Witnessed {
  readonly room: HotRoom
  readonly known: ReadonlyMap<string, CopiedEvent>
  stateAfterEvent(event: RoomEvent): Promise<ReadonlyMap<string, string>>
}

/** State is for everybody in the room; what is said is for those who were in it, or invited where that suffices. */
async function witnessesOf(rows: readonly EventColumns[], { room, known, stateAfterEvent }: Witnessed) {
  const said = rows.filter(({ flags }) => (flags & eventFlag.outlier) === 0).map(({ nid }) => nid)
  const witnesses = new Map<string, ReadonlySet<string>>()
  for (const event of await room.events(said)) {
    if (event.isState) continue
    const state = await stateAfterEvent(event)
    const contentAt = (key: string) => known.get(state.get(key) ?? '')?.pdu.content ?? {}
    const visibility = contentAt('m.room.history_visibility ')['history_visibility']
    if (isShared(visibility)) continue
    const there = visibility === 'invited' ? ['join', 'invite'] : ['join']
    const isThere = (key: string) =>
      key.startsWith('m.room.member ') && there.includes(String(contentAt(key)['membership']))
    witnesses.set(
      event.eventId,
      new Set([...state.keys()].filter(isThere).map((key) => key.slice(key.indexOf(':') + 1))),
    )
  }
  return witnesses
}

function copied({ eventId, ord, flags, json }: EventColumns): CopiedEvent {
  const pdu = JSON.parse(json) as Pdu
  return { eventId, pdu, previous: referencedIds(pdu.prev_events), ord, flags }
}

/** One line about an event. */
export function described(copies: readonly RoomCopy[], eventId: string): string {
  const known = copies.map(({ events, outliers }) => events.get(eventId) ?? outliers.get(eventId)).find((each) => each)
  if (!known) return eventId
  const { pdu } = known
  const text = JSON.stringify(pdu.content).slice(0, 160)
  const at = copies.map(({ serverName, events, outliers }) => {
    const event = events.get(eventId) ?? outliers.get(eventId)
    return `${serverName} ${event ? `ord ${event.ord} flags ${event.flags}` : 'none'}`
  })
  return `${eventId} ${pdu.type} ${pdu.state_key ?? ''} by ${pdu.sender} ${text} [${at.join('; ')}] after ${known.previous.join(' ')}`
}
