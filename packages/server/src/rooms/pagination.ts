// Places between the events of a timeline, as clients hold them: `t5` stands after the event with `ord` 5. A sync token
// `s5` stands at the same place.
import { MatrixError } from '@myelin/protocol/errors'

/** The token of the place after `ord`. */
export const tokenAfter = (ord: number): string => `t${ord}`

/** The same in other words than `token`, for a client that takes a page which ends where it began for the last. */
export function tokenAgain(ord: number, token: string | undefined): string {
  const usual = tokenAfter(ord)
  return token === usual ? `${usual}_again` : usual
}

/** The `ord` after which a token stands. Throws M_INVALID_PARAM for what is no token of this server. */
export function parseToken(token: string): number {
  const found = /^[ts](-?\d{1,15}(?:\.\d{1,25})?)(?:_.*)?$/.exec(token)
  if (!found) throw new MatrixError('M_INVALID_PARAM', 'This is not a token of this server')
  return Number(found[1])
}

/** A page size a client asked for, within bounds. */
export function pageLimit(asked: number | undefined, usual: number, most: number): number {
  if (asked !== undefined && asked < 0) throw new MatrixError('M_INVALID_PARAM', 'limit must not be negative')
  return Math.min(asked ?? usual, most)
}

/** The place before everything, backfilled history included. */
export const timelineStart = -999_999_999_999_999
