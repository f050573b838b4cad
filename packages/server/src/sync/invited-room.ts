// Rooms the user is invited to or has knocked on, as stripped state.
// https://spec.matrix.org/v1.19/client-server-api/#stripped-state
import type { HotRoom } from '../rooms/hot-room.ts'
import { eventsField, type View } from './view.ts'

/** "m.room.create, m.room.name, m.room.avatar, m.room.topic, m.room.join_rules, m.room.canonical_alias, m.room.encryption" */
const strippedTypes = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
]

/** `"!room":{"invite_state":…}` or `knock_state`; undefined for invites of ignored users. */
export async function strippedRoom(
  view: View,
  room: HotRoom,
  field: 'invite_state' | 'knock_state',
): Promise<string | undefined> {
  const member = 'm.room.member'
  await room.loadState([[member, view.userId]])
  const own = room.state(member, view.userId)
  if (own && view.ignored.has(own.sender)) return undefined
  const inviter: readonly (readonly [string, string])[] =
    own && own.sender !== view.userId ? [[member, own.sender]] : []
  const keys = [...strippedTypes.map((type) => [type, ''] as const), ...inviter, [member, view.userId] as const]
  await room.loadState(keys)
  const events = keys.map(([type, stateKey]) => room.state(type, stateKey)).filter((event) => event !== undefined)
  const texts = events.map((event) => event.strippedJson())
  return `${JSON.stringify(room.roomId)}:{${eventsField(field, texts)}}`
}
