// m.typing, an ephemeral event. https://spec.matrix.org/v1.19/client-server-api/#mtyping
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../identifiers.ts'
import { event } from './event.ts'

/** Who is typing in a room. */
export const TypingContent = Type.Object({ user_ids: Type.Array(UserId) })
export type TypingContent = Static<typeof TypingContent>

/** m.typing. */
export const typing = event({ type: 'm.typing', kind: 'ephemeral', content: TypingContent })
