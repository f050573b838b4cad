// Lazy-loaded members: only the membership events of those who sent the events of a page.
// https://spec.matrix.org/v1.19/client-server-api/#lazy-loading-room-members
import type { Reading } from './access.ts'
import type { RoomsContext } from './context.ts'
import type { RoomEvent } from './room-event.ts'
import { serveState } from './served-state.ts'

/** JSON texts of the membership events of the senders, as they are in the state the reader sees. */
export async function lazyMembers(
  context: RoomsContext,
  reading: Reading,
  events: readonly RoomEvent[],
): Promise<string[]> {
  const senders = new Set(events.map((event) => event.sender))
  const nids = Array.from(senders, (sender) => reading.room.stateNidAt(reading.root, 'm.room.member', sender))
  return serveState(context, reading.room, { nids })
}
