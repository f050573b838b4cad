// What guests and suspended users may not call; what locked users still may.
import { MatrixError } from '@myelin/protocol/errors'
import { requireNotSuspended } from '../accounts/authentication.ts'
import type { Requester } from '../accounts/accounts.ts'
import type { Route } from './routes.ts'

/** https://spec.matrix.org/v1.19/client-server-api/#account-locking */
const lockedMayCall: ReadonlySet<string> = new Set(['logout', 'logout_all'])

/**
 * "Joining or knocking on rooms. Accepting or sending invites. Sending messages to rooms." Changing a profile and
 * redacting what others wrote are decided where the request is understood.
 * https://spec.matrix.org/v1.19/client-server-api/#account-suspension
 */
const suspendedMayNotCall: ReadonlySet<string> = new Set([
  'createRoom',
  'upgradeRoom',
  'joinRoom',
  'joinRoomById',
  'knockRoom',
  'inviteUser',
  'inviteBy3PID',
  'kick',
  'ban',
  'unban',
  'sendMessage',
  'setRoomStateWithKey',
  'setRoomAlias',
  'deleteRoomAlias',
  'setRoomVisibilityOnDirectory',
])

/** The specification lets guests join by the room's own path; clients use the one that takes aliases for guests too. */
const guestsMayAlsoCall: ReadonlySet<string> = new Set(['joinRoom'])

/** Whether a locked user may make this call. */
export const isOpenToLocked = ({ operation }: Route): boolean => lockedMayCall.has(operation)

/** Throws `M_GUEST_ACCESS_FORBIDDEN` or `M_USER_SUSPENDED` when the caller's account stands in the way of the call. */
export function requireStanding({ definition, operation }: Route, requester: Requester): void {
  const isClosedToGuests = definition.auth === 'user' && !definition.guest && !guestsMayAlsoCall.has(operation)
  if (requester.isGuest && isClosedToGuests) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests may not do that')
  if (suspendedMayNotCall.has(operation)) requireNotSuspended(requester)
}
