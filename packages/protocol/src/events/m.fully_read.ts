// m.fully_read, account data of a room. https://spec.matrix.org/v1.19/client-server-api/#mfully_read
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId } from '../identifiers.ts'
import { event } from './event.ts'

/** The event up to which the user has read everything. */
export const FullyReadContent = Type.Object({ event_id: EventId })
export type FullyReadContent = Static<typeof FullyReadContent>

/** m.fully_read. */
export const fullyRead = event({ type: 'm.fully_read', kind: 'roomAccountData', content: FullyReadContent })
