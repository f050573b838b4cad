// `myelin event`: what the running server knows of an event of a room.
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import { callOperatorSocket } from './operator-client.ts'

/** Prints what became of an event, and why. */
export async function explainEvent(config: Config, eventId: string): Promise<number> {
  const path = `/_myelin/admin/v1/events/${encodeURIComponent(eventId)}`
  const answer = await callOperatorSocket(config.data, { method: 'GET', path })
  if (!answer)
    throw new ConfigError(`No server runs on ${config.data}. Start it first: what it dropped is in its memory.`)
  const { verdict, rule, reason, room_id: roomId, origin, ts } = answer
  const why = reason === undefined ? '' : `: ${reason} (rule ${rule})`
  console.log(`${verdict}${why}`)
  if (roomId !== undefined) console.log(`in ${roomId}`)
  if (origin !== undefined) console.log(`from ${origin}`)
  if (typeof ts === 'number') console.log(`at ${new Date(ts).toISOString()}`)
  return 0
}
