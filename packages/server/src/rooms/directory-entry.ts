// A room's entry in the published directory, written anew whenever something that shows in it changes.
import { publishRoom } from '../store/directory.ts'
import type { Write } from '../store/store.ts'
import type { HotRoom } from './hot-room.ts'
import { summaryOf } from './room-facts.ts'

/** Writes the room's entry in the directory as the room is now. */
export function publish(w: Write, room: HotRoom): void {
  const summary = summaryOf(room)
  const search = [summary.name, summary.topic, summary.canonical_alias].filter((text) => text !== undefined).join('\n')
  publishRoom(w, {
    roomNid: room.nid,
    joinedMembers: room.joinedCount,
    search,
    roomType: summary.room_type,
    chunk: JSON.stringify(summary),
  })
}

/** State that shows in the directory. */
export const shownTypes: ReadonlySet<string> = new Set([
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.canonical_alias',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.member',
])
