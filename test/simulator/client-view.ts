// What a client makes of its syncs: the state of each room it is in, and how much of it is unread.
import type { SimulatedUser } from './user.ts'

export interface RoomView {
  /** Event ids by type and state key. */
  readonly state: Map<string, string>
  unread: string
  /** Events of the timeline in the order in which they came. */
  readonly seen: string[]
}

export type ClientView = Map<string, RoomView>

interface SyncEvent {
  readonly event_id: string
  readonly type: string
  readonly state_key?: string
}

interface SyncRoom {
  readonly timeline: { readonly events: readonly SyncEvent[]; readonly limited?: boolean }
  readonly state_after?: { readonly events: readonly SyncEvent[] }
  readonly unread_notifications?: unknown
}

/** Parts of an answer by room id; a room that a user has left may come as an invite at once. */
type SyncSections = Readonly<Partial<Record<'join' | 'leave' | 'invite' | 'knock', object>>>

/** Adds an answer of `/sync` to a view. */
export function addSync(view: ClientView, body: { readonly rooms?: SyncSections }) {
  const { leave, invite, knock } = body.rooms ?? {}
  for (const roomId of Object.keys({ ...leave, ...invite, ...knock })) view.delete(roomId)
  for (const [roomId, room] of Object.entries<SyncRoom>({ ...body.rooms?.join })) {
    const known = view.get(roomId) ?? { state: new Map<string, string>(), unread: '', seen: [] }
    view.set(roomId, known)
    for (const event of room.state_after?.events ?? [])
      known.state.set(`${event.type} ${event.state_key}`, event.event_id)
    if (room.timeline.limited) known.seen.length = 0
    for (const { event_id } of room.timeline.events) known.seen.push(event_id)
    if (room.unread_notifications !== undefined) known.unread = JSON.stringify(room.unread_notifications)
  }
}

/** Asks for what is new since the last time, or for everything; undefined when no answer came. */
export async function sync(
  user: SimulatedUser,
  { since, timeoutMs = 0 }: { readonly since?: string | undefined; readonly timeoutMs?: number },
) {
  const query = `use_state_after=true&timeout=${timeoutMs}${since === undefined ? '' : `&since=${since}`}`
  const { status, body } = await user.call('GET', `/sync?${query}`)
  if (status === 0) return undefined
  if (status !== 200) throw new Error(`${user.userId} cannot sync: ${JSON.stringify(body)}`)
  return body
}
