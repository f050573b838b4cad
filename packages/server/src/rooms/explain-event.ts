// What became of an event, for the operator: where it stands, and the rule by which it was refused.
import { eventById } from '../store/events.ts'
import { refusalOf } from '../store/refusals.ts'
import { roomByNid } from '../store/rooms.ts'
import type { RoomsContext } from './context.ts'
import { eventFlag } from './room-event.ts'

export interface Explanation {
  readonly verdict: 'accepted' | 'outlier' | 'rejected' | 'soft_failed' | 'waiting' | 'dropped'
  readonly roomId?: string | undefined
  readonly rule?: string | undefined
  readonly reason?: string | undefined
  /** The server that sent it. */
  readonly origin?: string | undefined
  /** When it was refused, milliseconds since the epoch. */
  readonly ts?: number | undefined
}

/** Tells what became of an event; undefined if it was never heard of, or that is forgotten. */
export async function explainEvent(context: RoomsContext, eventId: string): Promise<Explanation | undefined> {
  const { store, refusals, stagedEvents } = context
  const row = await eventById(store.read, eventId)
  const staged = stagedEvents.find(eventId)
  const dropped = refusals.dropped(eventId)
  if (row) {
    const verdict = verdictOf(row.flags)
    const roomId = (await roomByNid(store.read, row.roomNid))?.roomId
    const refusal = verdict === 'accepted' || verdict === 'outlier' ? undefined : await refusalOf(store.read, row.nid)
    return { verdict, roomId, rule: refusal?.rule, reason: refusal?.reason, ts: refusal?.ts }
  }
  if (staged) {
    const roomId = (await roomByNid(store.read, staged.roomNid))?.roomId
    return { verdict: 'waiting', roomId, origin: staged.origin }
  }
  return dropped && { verdict: 'dropped', ...dropped }
}

function verdictOf(flags: number): Explanation['verdict'] {
  if ((flags & eventFlag.unjudged) !== 0) return 'outlier'
  if ((flags & eventFlag.rejected) !== 0) return 'rejected'
  if ((flags & eventFlag.softFailed) !== 0) return 'soft_failed'
  return (flags & eventFlag.outlier) === 0 ? 'accepted' : 'outlier'
}
