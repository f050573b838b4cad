// The summary of a room: how many members, and who stands for a room without a name.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { Heroes } from './heroes.ts'

export interface Summary {
  readonly heroes: readonly string[] | undefined
  /** `"summary":{…}` */
  readonly json: string
}

/** "Required if the room's `m.room.name` or `m.room.canonical_alias` state events are unset or empty." */
export async function roomSummary(known: Heroes, room: HotRoom, userNid: number): Promise<Summary> {
  const heroes = hasName(room) ? undefined : await known.of(room.nid, userNid)
  const fields = {
    ...(heroes && { 'm.heroes': heroes }),
    'm.joined_member_count': room.joinedCount,
    'm.invited_member_count': room.invitedCount,
  }
  return { heroes, json: `"summary":${JSON.stringify(fields)}` }
}

const hasName = (room: HotRoom): boolean =>
  isText(room.state('m.room.name')?.content['name']) || isText(room.state('m.room.canonical_alias')?.content['alias'])

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
