// The summary of a room that clients name it by. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync_response-200_roomsummary
import { type JsonObject, stringMember } from './json.ts'

/** Members shown for a room without a name. */
export const heroesMax = 5

/** A member, as summaries count them. */
export interface SummaryMember {
  readonly userId: string
  readonly membership: string
  /** Where the membership stands in the order of changes. */
  readonly position: number
}

/** What a summary says. */
export interface RoomSummary {
  readonly heroes: readonly string[]
  readonly joinedCount: number
  readonly invitedCount: number
}

/** Counts of a room's members and its heroes for a user. */
export const roomSummary = (members: Iterable<SummaryMember>, self: string): RoomSummary => {
  const all = [...members]
  return {
    heroes: heroesOf(all, self),
    joinedCount: all.filter(({ membership }) => membership === 'join').length,
    invitedCount: all.filter(({ membership }) => membership === 'invite').length,
  }
}

/**
 * "The first 5 members of the room, ordered by stream ordering, which are joined or invited. The list must never include
 * the client's own user ID. When no joined or invited members are available, … the banned and left users."
 */
export const heroesOf = (members: Iterable<SummaryMember>, self: string): readonly string[] => {
  const present: SummaryMember[] = []
  const gone: SummaryMember[] = []
  for (const one of members) {
    if (one.userId === self) continue
    if (one.membership === 'join' || one.membership === 'invite') insert(present, one)
    else if (one.membership === 'leave' || one.membership === 'ban') insert(gone, one)
  }
  return (present.length > 0 ? present : gone).map(({ userId }) => userId)
}

/** Keeps the first few by position. */
const insert = (first: SummaryMember[], one: SummaryMember): void => {
  if (first.length === heroesMax && one.position > (first.at(-1)?.position ?? 0)) return
  const at = first.findIndex(({ position }) => position > one.position)
  first.splice(at < 0 ? first.length : at, 0, one)
  if (first.length > heroesMax) first.pop()
}

/** What a room is called by. */
export interface RoomNaming {
  /** Content of m.room.name and m.room.canonical_alias. */
  readonly name?: JsonObject | undefined
  readonly canonicalAlias?: JsonObject | undefined
  /** Display names of the heroes. */
  readonly heroes: readonly string[]
  readonly joinedCount: number
  readonly invitedCount: number
}

/** The display name of a room. https://spec.matrix.org/v1.19/client-server-api/#calculating-the-display-name-for-a-room */
export const roomDisplayName = ({ name, canonicalAlias, heroes, joinedCount, invitedCount }: RoomNaming): string => {
  const given = (name && stringMember(name, 'name')) || (canonicalAlias && stringMember(canonicalAlias, 'alias'))
  if (given) return given
  const others = joinedCount + invitedCount - 1
  const list = heroes.length < others ? [...heroes, `${others - heroes.length} others`] : heroes
  const names = list.length > 1 ? `${list.slice(0, -1).join(', ')} and ${list.at(-1)}` : (list[0] ?? '')
  if (others > 0 && names !== '') return names
  return names === '' ? 'Empty Room' : `Empty Room (was ${names})`
}
