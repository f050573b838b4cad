// m.tag, account data of a room. https://spec.matrix.org/v1.19/client-server-api/#mtag
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Tag } from '../client-server/definitions/tag.ts'
import { mapOf } from '../map-of.ts'
import { event } from './event.ts'

/** The tags of a room. */
export const TagContent = Type.Object({ tags: Type.Optional(mapOf(Tag)) })
export type TagContent = Static<typeof TagContent>

/** m.tag. */
export const tag = event({ type: 'm.tag', kind: 'roomAccountData', content: TagContent })
