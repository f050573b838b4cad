// What goes from the branch with contents when a user asks that what they wrote be erased: messages, and the profile in
// their memberships. What they made of the room, such as its name, is the room's and stays.
import { isObject } from '@myelin/algorithms/json'
import { parseEventLine } from './event-line.ts'

interface Written {
  readonly type?: unknown
  readonly sender?: unknown
  readonly state_key?: unknown
}

/** Whether an event is the sender's own, and not the room's. */
export const isPersonal = ({ type, sender, state_key: stateKey }: Written): boolean =>
  stateKey === undefined || (type === 'm.room.member' && stateKey === sender)

/** Whether a line of a ledger holds a personal event of the user. */
export function isPersonalLine(line: string, userId: string): boolean {
  if (!line.includes(JSON.stringify(userId))) return false
  const pdu = parseEventLine(line)?.pdu
  return isObject(pdu) && pdu['sender'] === userId && isPersonal(pdu)
}
