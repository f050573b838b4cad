// What a commit of the ledger says: what happened in which room, and up to where in the journal it goes.
import type { EventRow } from '../store/events.ts'

export interface RoomChange {
  /** The name of the room's folder. */
  readonly name: string
  readonly rows: readonly EventRow[]
}

const roomsNamedMax = 20
const trailer = 'Journal'

/** `create room ci`, or `ci: 3 messages, 1 membership`, and the position. */
export function commitMessage(changes: readonly RoomChange[], position: number): string {
  const [first] = changes
  const events = changes.reduce((sum, { rows }) => sum + rows.length, 0)
  const subject =
    changes.length === 1 && first ? subjectOf(first) : `${changes.length} rooms: ${counted(events, 'event')}`
  const more = changes.length > roomsNamedMax ? [`and ${changes.length - roomsNamedMax} more`] : []
  const body = changes.length < 2 ? [] : [...changes.slice(0, roomsNamedMax).map(subjectOf), ...more, '']
  return [subject, '', ...body, `${trailer}: ${position}`, ''].join('\n')
}

/** The position a commit of the ledger goes up to, undefined for other commits. */
export function positionOf(message: string): number | undefined {
  const position = new RegExp(`^${trailer}: (\\d{1,15})$`, 'm').exec(message)?.[1]
  return position === undefined ? undefined : Number(position)
}

function subjectOf({ name, rows }: RoomChange): string {
  if (rows.some(({ type }) => type === 'm.room.create')) return `create room ${name}`
  const count = (noun: string, plural: string, matches: (row: EventRow) => boolean) => {
    const found = rows.filter(matches).length
    return found === 0 ? [] : [counted(found, noun, plural)]
  }
  const isMessage = ({ type }: EventRow) => type === 'm.room.message' || type === 'm.room.encrypted'
  const isMember = ({ type }: EventRow) => type === 'm.room.member'
  const isOther = (row: EventRow) => !isMessage(row) && !isMember(row)
  const parts = [
    ...count('message', 'messages', isMessage),
    ...count('membership', 'memberships', isMember),
    ...count('change', 'changes', (row) => isOther(row) && row.slot !== null),
    ...count('other event', 'other events', (row) => isOther(row) && row.slot === null),
  ]
  return `${name}: ${parts.join(', ')}`
}

const counted = (count: number, noun: string, plural = `${noun}s`): string => `${count} ${count === 1 ? noun : plural}`
