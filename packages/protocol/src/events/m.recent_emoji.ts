// m.recent_emoji, account data. https://spec.matrix.org/v1.19/client-server-api/#mrecent_emoji
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** The emoji the user sent last and how often. */
export const RecentEmojiContent = Type.Object({
  recent_emoji: Type.Array(Type.Object({ emoji: Type.String(), total: Type.Number() })),
})
export type RecentEmojiContent = Static<typeof RecentEmojiContent>

/** m.recent_emoji. */
export const recentEmoji = event({ type: 'm.recent_emoji', kind: 'accountData', content: RecentEmojiContent })
