// m.space.parent, a state event. https://spec.matrix.org/v1.19/client-server-api/#mspaceparent
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** A space the room belongs to; the state key is its room id. Without `via` it is none. */
export const SpaceParentContent = Type.Object({
  via: Type.Array(Type.String()),
  canonical: Type.Optional(Type.Boolean()),
})
export type SpaceParentContent = Static<typeof SpaceParentContent>

/** m.space.parent. */
export const spaceParent = event({
  type: 'm.space.parent',
  kind: 'state',
  stateKey: 'roomId',
  content: SpaceParentContent,
})
