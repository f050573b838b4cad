// m.room.policy, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroompolicy
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** The policy server of a room. */
export const RoomPolicyContent = Type.Object({
  via: Type.String(),
  public_keys: Type.Object({ ed25519: Type.String() }),
})
export type RoomPolicyContent = Static<typeof RoomPolicyContent>

/** m.room.policy. */
export const roomPolicy = event({ type: 'm.room.policy', kind: 'state', stateKey: 'empty', content: RoomPolicyContent })
