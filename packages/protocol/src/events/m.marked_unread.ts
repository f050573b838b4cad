// m.marked_unread, account data of a room. https://spec.matrix.org/v1.19/client-server-api/#mmarked_unread
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Whether the user marked the room as unread. */
export const MarkedUnreadContent = Type.Object({ unread: Type.Boolean() })
export type MarkedUnreadContent = Static<typeof MarkedUnreadContent>

/** m.marked_unread. */
export const markedUnread = event({ type: 'm.marked_unread', kind: 'roomAccountData', content: MarkedUnreadContent })
