// The events that another server describes a room with, to somebody who is invited to it or has knocked: whole events
// since Matrix 1.16. https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2inviteroomideventid
import { roomIdOf } from '@myelin/algorithms/event'
import { isObject } from '@myelin/algorithms/json'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'
import { inviteStateEventsMax } from '../federation-limits.ts'
import type { RoomsContext } from './context.ts'
import { parseIncoming, verifyIncoming } from './read-incoming.ts'

export interface Description {
  readonly roomId: string
  readonly rules: RoomVersionRules
  readonly described: readonly unknown[]
}

/**
 * Those of the events that are what they seem. Where a room's id is the hash of its create event each must be of the room
 * and signed; in older rooms what is stripped is taken as it comes.
 */
export async function checkedDescription(context: RoomsContext, description: Description): Promise<readonly unknown[]> {
  const { rules, described } = description
  if (!rules.roomIdIsCreateHash) return described
  const some = described.slice(0, inviteStateEventsMax)
  const areValid = await Promise.all(some.map((value) => isOfRoom(context, value, description)))
  return some.filter((_, index) => areValid[index])
}

/** Throws M_MISSING_PARAM where the room's create event must be among the events and is not. */
export function requireCreateIn(described: readonly unknown[], rules: RoomVersionRules): void {
  const isThere = described.some((value) => isObject(value) && value['type'] === 'm.room.create')
  if (rules.roomIdIsCreateHash && !isThere)
    throw new MatrixError('M_MISSING_PARAM', 'The create event of the room is missing or not valid')
}

async function isOfRoom(context: RoomsContext, value: unknown, { roomId, rules }: Description): Promise<boolean> {
  try {
    const event = parseIncoming(value, rules)
    // The room's id is as good as a signature, and its creator's server may be gone.
    if (event.eventId === `$${roomId.slice(1)}`) return true
    await verifyIncoming(context, event, rules)
    return roomIdOf(event.pdu, event.eventId) === roomId
  } catch (error) {
    if (error instanceof MatrixError) return false
    throw error
  }
}
