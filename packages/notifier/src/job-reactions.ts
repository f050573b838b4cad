// Jobs as reactions to the pipeline's message: one each, taken back and set anew when the job's status changes.
import { getRelatingEventsWithRelTypeAndEventType } from '@myelin/protocol/client-server/relations'
import type { Homeserver } from './homeserver.ts'
import { txnIdOf } from './keyed-message.ts'
import { isContent } from './message-content.ts'
import { markOf, type RenderOptions } from './render-report.ts'
import { jobsMax, type Job } from './report.ts'
import { oneLine } from './text.ts'

export interface Reactions {
  readonly roomId: string
  readonly rootId: string
  readonly jobs: readonly Job[]
  readonly options: RenderOptions
}

/** Makes the account's reactions to a message those of the jobs. */
export async function showReactions(
  homeserver: Homeserver,
  { roomId, rootId, jobs, options }: Reactions,
): Promise<void> {
  // A reaction is never encrypted, and would tell the names of the jobs.
  if ((await homeserver.encryptionFor(roomId)) !== undefined) return
  const wanted = new Set(jobs.slice(0, jobsMax).map((job) => `${markOf(job, options)} ${oneLine(job.name)}`))
  const present = await ownReactions(homeserver, roomId, rootId)
  for (const [text, eventId] of present)
    if (!wanted.has(text)) await homeserver.redact(roomId, eventId, 'The job has gone on')
  for (const text of wanted) {
    if (present.has(text)) continue
    const relation = { rel_type: 'm.annotation', event_id: rootId, key: text }
    const txnId = txnIdOf(roomId, rootId, text, ...present.values())
    await homeserver.send(roomId, { type: 'm.reaction', txnId, content: { 'm.relates_to': relation } })
  }
}

/** The account's own reactions to a message: event IDs by what they say. */
async function ownReactions(homeserver: Homeserver, roomId: string, eventId: string): Promise<Map<string, string>> {
  const where = { roomId, eventId, relType: 'm.annotation', eventType: 'm.reaction', limit: 100 }
  const { chunk } = await homeserver.call(getRelatingEventsWithRelTypeAndEventType, where)
  const own = chunk.filter(({ sender }) => sender === homeserver.userId)
  return new Map(
    own.flatMap(({ content, event_id }) => {
      const relation = content['m.relates_to']
      return isContent(relation) && typeof relation['key'] === 'string' ? [[relation['key'], event_id] as const] : []
    }),
  )
}
