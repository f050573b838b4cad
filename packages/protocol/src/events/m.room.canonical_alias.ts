// m.room.canonical_alias, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomcanonical_alias
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomAlias } from '../identifiers.ts'
import { event } from './event.ts'

/**
 * The alias of the room, and others. "If not present, null, or empty the room should be considered to have no
 * canonical alias."
 */
export const RoomCanonicalAliasContent = Type.Object({
  alias: Type.Optional(Type.Union([RoomAlias, Type.Literal(''), Type.Null()])),
  alt_aliases: Type.Optional(Type.Array(RoomAlias)),
})
export type RoomCanonicalAliasContent = Static<typeof RoomCanonicalAliasContent>

/** m.room.canonical_alias. */
export const roomCanonicalAlias = event({
  type: 'm.room.canonical_alias',
  kind: 'state',
  stateKey: 'empty',
  content: RoomCanonicalAliasContent,
})
