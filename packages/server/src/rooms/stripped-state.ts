// The events that describe a room to somebody who is not in it.
// https://spec.matrix.org/v1.19/client-server-api/#stripped-state
import { randomString, type Environment } from '../environment.ts'
import type { HotRoom } from './hot-room.ts'

export const describingTypes = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
] as const

/** What is stripped has no id of its own. */
const strippedPrefix = '$stripped-'
export const newStrippedId = (environment: Environment): string => `${strippedPrefix}${randomString(environment, 32)}`
export const isStripped = (eventId: string): boolean => eventId.startsWith(strippedPrefix)

/** They as JSON texts in federation format, with the membership of `userId`. */
export async function describedBy(room: HotRoom, userId: string): Promise<string[]> {
  const keys = [...describingTypes.map((type) => [type, ''] as const), ['m.room.member', userId] as const]
  await room.loadState(keys)
  return keys.flatMap(([type, stateKey]) => room.state(type, stateKey)?.json ?? [])
}
