// What a room is, in the words of the directory and of room summaries. From the hot room alone.
import { contentText } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { roomTypeOf } from './initial-state.ts'

/** A room as the directory shows it; field names of the wire. */
export interface PublicRoom {
  readonly room_id: string
  readonly name?: string
  readonly topic?: string
  readonly avatar_url?: string
  readonly canonical_alias?: string
  readonly num_joined_members: number
  readonly world_readable: boolean
  readonly guest_can_join: boolean
  readonly join_rule?: string
  readonly room_type?: string
}

/** The room as it is now. */
export function summaryOf(room: HotRoom): PublicRoom {
  const text = (type: string, key: string) => contentText(room.state(type)?.content, key)
  const optional = {
    name: text('m.room.name', 'name'),
    topic: text('m.room.topic', 'topic'),
    avatar_url: text('m.room.avatar', 'url'),
    canonical_alias: text('m.room.canonical_alias', 'alias'),
    join_rule: text('m.room.join_rules', 'join_rule') ?? 'invite',
    room_type: roomTypeOf(room.state('m.room.create')?.content),
  }
  return {
    room_id: room.roomId,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    num_joined_members: room.joinedCount,
    world_readable: text('m.room.history_visibility', 'history_visibility') === 'world_readable',
    guest_can_join: text('m.room.guest_access', 'guest_access') === 'can_join',
  }
}
