// m.room.server_acl, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomserver_acl
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Which servers may take part in a room. */
export const RoomServerAclContent = Type.Object({
  allow_ip_literals: Type.Optional(Type.Boolean()),
  allow: Type.Optional(Type.Array(Type.String())),
  deny: Type.Optional(Type.Array(Type.String())),
})
export type RoomServerAclContent = Static<typeof RoomServerAclContent>

/** m.room.server_acl. */
export const roomServerAcl = event({
  type: 'm.room.server_acl',
  kind: 'state',
  stateKey: 'empty',
  content: RoomServerAclContent,
})
