// m.room.guest_access, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomguest_access
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Whether guests may join. */
export const RoomGuestAccessContent = Type.Object({
  guest_access: Type.Union([Type.Literal('can_join'), Type.Literal('forbidden')]),
})
export type RoomGuestAccessContent = Static<typeof RoomGuestAccessContent>

/** m.room.guest_access. */
export const roomGuestAccess = event({
  type: 'm.room.guest_access',
  kind: 'state',
  stateKey: 'empty',
  content: RoomGuestAccessContent,
})
