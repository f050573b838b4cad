// Sync tokens: `s` and the position in the journal up to which the client has everything; `t` and a place in a timeline.
import { MatrixError } from '@myelin/protocol/errors'

/** The token for a journal position. */
export const syncToken = (position: number): string => `s${position}`

/** The token for the gap after the event with this `ord`: backwards from it comes that event. */
export const timelineToken = (ord: number): string => `t${ord}`

/**
 * The position of a `since` token. Throws `M_INVALID_PARAM` for what is no token of this server, `M_UNKNOWN_POS` for one
 * beyond what is durable: positions are given out only once durable, so it comes from another database.
 */
export function parseSince(token: string, durablePosition: number): number {
  if (!/^s\d{1,15}$/.test(token)) throw new MatrixError('M_INVALID_PARAM', 'since is not a token of this server')
  const position = Number(token.slice(1))
  if (position > durablePosition) throw new MatrixError('M_UNKNOWN_POS', 'since is ahead of this server')
  return position
}
