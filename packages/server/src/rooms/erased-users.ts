// Users of this server who asked, with their account's end, that newcomers no longer see what they wrote. "Any users (or
// servers) which join the room after the erasure request are served redacted copies of the events sent by this account."
// https://spec.matrix.org/v1.19/client-server-api/#account-deactivation
import { erasures } from '../store/accounts.ts'
import type { Store } from '../store/store.ts'
import type { Reading } from './access.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { membershipIn } from './member-event.ts'
import { redactedText } from './redaction.ts'
import { RoomEvent } from './room-event.ts'
import { standingOf } from './server-standing.ts'
import { eventBefore } from './stored-event.ts'
import { viewpoint } from './visibility.ts'

export class ErasedUsers {
  readonly #store: Store
  #positions: Promise<ReadonlyMap<number, number>> | undefined

  constructor(store: Store) {
    this.#store = store
  }

  /** By the nid of the user, where the journal was when they asked for it. */
  positions(): Promise<ReadonlyMap<number, number>> {
    this.#positions ??= this.#load()
    return this.#positions
  }

  /** There is one more. */
  changed(): void {
    this.#positions = undefined
  }

  async #load(): Promise<ReadonlyMap<number, number>> {
    try {
      return new Map((await erasures(this.#store.read)).map(({ userNid, position }) => [userNid, position]))
    } catch (error) {
      this.#positions = undefined
      throw error
    }
  }
}

/** Those of the events of which this reader gets a redacted copy. */
export async function erasedTo(
  context: RoomsContext,
  reading: Reading,
  events: Iterable<RoomEvent>,
): Promise<ReadonlySet<RoomEvent>> {
  const { room, actor } = reading
  const wasIn = async (root: number) => {
    const nid = room.stateNidAt(root, 'm.room.member', actor.userId)
    const [member] = nid === 0 ? [] : await room.events([nid])
    return membershipIn(member) === 'join'
  }
  const erased = await erasedSince(context, room, { events, wasIn })
  if (erased.length === 0) return new Set()
  const { membershipAt } = await viewpoint(reading, erased)
  return new Set(erased.filter((event) => membershipAt(event) !== 'join'))
}

/** The same for another server. */
export async function erasedToServer(
  context: RoomsContext,
  room: HotRoom,
  { origin, events }: { readonly origin: string; readonly events: readonly RoomEvent[] },
): Promise<ReadonlySet<RoomEvent>> {
  const wasIn = async (root: number) => (await standingOf(room, origin, root)).joined > 0
  const found = new Set(await erasedSince(context, room, { events, wasIn }))
  await room.loadRoots(Array.from(found, ({ snapshot }) => snapshot))
  for (const event of found) if (await wasIn(room.rootOf(event.snapshot) ?? room.root)) found.delete(event)
  return found
}

interface Asked {
  readonly events: Iterable<RoomEvent>
  /** Whether whoever asks was in the room in a state of it. */
  wasIn(root: number): Promise<boolean>
}

/** Events whose senders were erased when whoever asks was not in the room. */
async function erasedSince(context: RoomsContext, room: HotRoom, { events, wasIn }: Asked): Promise<RoomEvent[]> {
  const positions = await context.erasedUsers.positions()
  if (positions.size === 0) return []
  const known = new Map<number, boolean>()
  const erased: RoomEvent[] = []
  for (const event of events) {
    const position = positions.get(event.senderNid)
    if (position === undefined || !isTheirs(event)) continue
    const knew = known.get(position) ?? (await wasIn(await rootAt(context, room, position)))
    known.set(position, knew)
    if (!knew) erased.push(event)
  }
  return erased
}

/** What they said, and their profile. The room's name and the like is the room's, and everybody in it goes by the same. */
const isTheirs = (event: RoomEvent): boolean =>
  !event.isState || (event.type === 'm.room.member' && event.stateKey === event.sender)

/** Root of the room's state at a position of the journal. */
async function rootAt(context: RoomsContext, room: HotRoom, position: number): Promise<number> {
  const last = await eventBefore(context, room, position)
  if (!last) return room.arena.empty
  await room.loadRoots([last.snapshot])
  return room.rootOf(last.snapshot) ?? room.root
}

/** A copy of an event that says what a redaction leaves. */
export const redactedCopy = (room: HotRoom, event: RoomEvent): RoomEvent =>
  new RoomEvent({
    ...{ nid: event.nid, roomId: event.roomId, eventId: event.eventId, senderNid: event.senderNid, ord: event.ord },
    ...{ depth: event.depth, ts: event.ts, snapshot: event.snapshot, flags: event.flags },
    ...{ notifyCount: 0, highlightCount: 0, redactedBy: event.redactedBy },
    json: redactedText(room, event.json),
  })
