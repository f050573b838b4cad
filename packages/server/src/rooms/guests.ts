// Guests: which rooms they may be in. https://spec.matrix.org/v1.19/client-server-api/#guest-access
import { MatrixError } from '@myelin/protocol/errors'
import { joinedGuests } from '../store/members.ts'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { leave } from './leave.ts'

/** "Servers MUST only allow guest users to join rooms if … `guest_access` [is] `can_join`." Throws M_GUEST_ACCESS_FORBIDDEN. */
export function requireGuestAccess(room: HotRoom, by: Actor): void {
  if (by.isGuest === true && !guestsMayJoin(room))
    throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests may not join this room')
}

/**
 * Takes the guests of this server out of a room that is closed to them. "If the `m.room.guest_access` event is changed to
 * stop this from being the case, the server MUST set those users' `m.room.member` state to `leave`."
 */
export async function removeGuests(context: RoomsContext, room: HotRoom): Promise<void> {
  if (guestsMayJoin(room)) return
  for (const guest of await joinedGuests(context.store.read, room.nid))
    await leave(context, room.roomId, { by: { ...guest, isGuest: true } })
}

const guestsMayJoin = (room: HotRoom) =>
  contentText(room.state('m.room.guest_access')?.content, 'guest_access') === 'can_join'
