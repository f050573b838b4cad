// A state with its auth chain for another server, text by text: however many members the room has, a few of their events
// are in memory at a time.
import { stateEventsPerSlice } from '../limits.ts'
import { eventsByIds } from '../store/events.ts'
import { citedIds } from './auth-chain.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { membershipIn } from './member-event.ts'
import { stateSlices } from './served-state.ts'

/** JSON texts, each list to be read once: first the state, then the chain. */
export interface StreamedState {
  readonly state: AsyncIterable<string>
  readonly authChain: AsyncIterable<string>
}

export interface StateToStream {
  /** State events by nid. */
  readonly nids: readonly number[]
  /** Ids of further events whose auth chains are wanted. */
  readonly cited?: readonly string[]
  /** What is given of each event: its text, unless told otherwise. */
  readonly as?: (event: { readonly eventId: string; readonly json: string }) => string
}

/** The events of a state and what authorises them. */
export function streamState(
  context: RoomsContext,
  room: HotRoom,
  { nids, cited = [], as = textOf }: StateToStream,
): StreamedState {
  const wanted = new Set<string>(cited)
  return { state: state(), authChain: chain() }

  async function* state(): AsyncGenerator<string, void> {
    for await (const events of stateSlices(context, room, nids))
      for (const event of events) {
        for (const eventId of citedIds(event.json)) wanted.add(eventId)
        yield as(event)
      }
  }

  async function* chain(): AsyncGenerator<string, void> {
    const given = new Set<string>()
    for (let next = ungiven(given); next.length > 0; next = ungiven(given)) {
      for (const eventId of next) {
        wanted.delete(eventId)
        given.add(eventId)
      }
      yield* await take(next)
    }
  }

  /** Some of those that are wanted and were not given yet. */
  function ungiven(given: ReadonlySet<string>): string[] {
    const some: string[] = []
    for (const eventId of wanted) {
      if (some.length === stateEventsPerSlice) break
      if (given.has(eventId)) wanted.delete(eventId)
      else some.push(eventId)
    }
    return some
  }

  async function take(eventIds: readonly string[]): Promise<string[]> {
    const rows = await eventsByIds(context.store.read, eventIds)
    return rows.map((row) => {
      for (const eventId of citedIds(row.json)) wanted.add(eventId)
      return as(row)
    })
  }
}

const textOf = ({ json }: { readonly json: string }): string => json

/** Nids of a state. */
export const nidsOf = (room: HotRoom, root: number): number[] => Array.from(room.stateEntries(root), ([, , nid]) => nid)

/** The same without members, apart from a few that stand for a room which has no name. */
export async function nidsWithoutMembers(room: HotRoom, root: number): Promise<number[]> {
  const nids: number[] = []
  const members: number[] = []
  room.arena.entries(root, (slot, nid) => {
    const isMember = room.slotKey(slot)[0] === 'm.room.member'
    if (!isMember) nids.push(nid)
    else if (members.length < membersLookedAtMax) members.push(nid)
  })
  const isNamed = ['m.room.name', 'm.room.canonical_alias'].some((type) => room.stateNidAt(root, type) !== 0)
  if (isNamed) return nids
  const present = (await room.events(members)).filter((event) => presence.has(membershipIn(event)))
  return [...nids, ...present.slice(0, heroesMax).map(({ nid }) => nid)]
}

const membersLookedAtMax = 50
const heroesMax = 5
const presence: ReadonlySet<unknown> = new Set(['join', 'invite'])
