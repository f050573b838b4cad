// m.direct, account data. https://spec.matrix.org/v1.19/client-server-api/#mdirect
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../map-of.ts'
import { event } from './event.ts'

/** Which rooms are direct chats, by user. */
export const DirectContent = mapOf(Type.Array(Type.String()))
export type DirectContent = Static<typeof DirectContent>

/** m.direct. */
export const direct = event({ type: 'm.direct', kind: 'accountData', content: DirectContent })
