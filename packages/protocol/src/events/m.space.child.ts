// m.space.child, a state event. https://spec.matrix.org/v1.19/client-server-api/#mspacechild
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** A child of a space; the state key is its room id. Without `via` it is none. */
export const SpaceChildContent = Type.Object({
  via: Type.Array(Type.String()),
  order: Type.Optional(Type.String()),
  suggested: Type.Optional(Type.Boolean()),
})
export type SpaceChildContent = Static<typeof SpaceChildContent>

/** m.space.child. */
export const spaceChild = event({
  type: 'm.space.child',
  kind: 'state',
  stateKey: 'roomId',
  content: SpaceChildContent,
})
