// m.room.join_rules, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomjoin_rules
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'
import { event } from './event.ts'

/** Who may join a room. */
export const RoomJoinRulesContent = Type.Object({
  join_rule: openEnum('public', 'knock', 'invite', 'private', 'restricted', 'knock_restricted'),
  allow: Type.Optional(
    Type.Array(Type.Object({ type: openEnum('m.room_membership'), room_id: Type.Optional(RoomId) })),
  ),
})
export type RoomJoinRulesContent = Static<typeof RoomJoinRulesContent>

/** m.room.join_rules. */
export const roomJoinRules = event({
  type: 'm.room.join_rules',
  kind: 'state',
  stateKey: 'empty',
  content: RoomJoinRulesContent,
})
