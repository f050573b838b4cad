// Sync tokens: `s` and the position in the journal up to which the client has everything; `t` and a place in a timeline.
// Where messages to the device are still to come, `_` and the position up to which it has those follows.
import { MatrixError } from '@myelin/protocol/errors'

/** The token for a journal position; `messages` is that of the last message to the device, where more wait. */
export const syncToken = (position: number, messages?: number): string =>
  messages === undefined ? `s${position}` : `s${position}_${messages}`

/** The token for the gap after the event with this `ord`: backwards from it comes that event. */
export const timelineToken = (ord: number): string => `t${ord}`

/** What a client has. */
export interface SyncPosition {
  readonly position: number
  /** The messages to its device it has, which may be fewer. */
  readonly messages: number
}

/**
 * The position of a `since` token. Throws `M_INVALID_PARAM` for what is no token of this server, `M_UNKNOWN_POS` for one
 * beyond what is durable: positions are given out only once durable, so it comes from another database.
 */
export function parseSince(token: string, durablePosition: number): SyncPosition {
  const [, through, messages = through] = /^s(\d{1,15})(?:_(\d{1,15}))?$/.exec(token) ?? []
  if (through === undefined) throw new MatrixError('M_INVALID_PARAM', 'since is not a token of this server')
  const position = Number(through)
  if (position > durablePosition) throw new MatrixError('M_UNKNOWN_POS', 'since is ahead of this server')
  return { position, messages: Math.min(position, Number(messages)) }
}
