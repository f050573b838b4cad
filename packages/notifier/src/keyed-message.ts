// One message per key: posted once, edited in place afterwards. The memory is the room itself: the account's own messages
// there carry the key, so that any run on any machine finds what an earlier one has said.
import type { Content, Homeserver, OwnMessage } from './homeserver.ts'
import { digestOf, editOf, fieldsOf, isContent, withFields, withinLimit, type KeyedContent } from './message-content.ts'

/** A message as it should stand in a room. */
export interface KeyedMessage extends KeyedContent {
  readonly roomId: string
  readonly isDryRun?: boolean
  /** What the room tells about the key, when somebody has just looked. */
  readonly known?: Known | undefined
}

/** What the room's messages tell about a key. */
export interface Known {
  /** The first message with the key: the one to edit. */
  readonly rootId: string | undefined
  /** Later first messages, of runs that did not see each other. */
  readonly duplicateIds: readonly string[]
  /** The newest message or edit with the key. */
  readonly latestId: string | undefined
  /** Machine fields of all messages and edits with the key, newest first. */
  readonly fields: readonly Content[]
}

/** Looks a key up among the account's own messages (newest first). */
export function knownOf(messages: readonly OwnMessage[], key: string): Known {
  const related = messages.filter(({ content }) => fieldsOf(content)?.['key'] === key)
  const fields = related.map(({ content }) => fieldsOf(content)).filter((each) => each !== undefined)
  const roots = related.filter(({ content }) => replaced(content) === undefined).map(({ eventId }) => eventId)
  const rootId = roots.at(-1) ?? replaced(related[0]?.content ?? {})
  return {
    rootId,
    duplicateIds: roots.slice(0, -1),
    latestId: related[0]?.eventId,
    fields,
  }
}

/** The ID of the event that this one edits. */
function replaced(content: Content): string | undefined {
  const relation = content['m.relates_to']
  if (!isContent(relation) || relation['rel_type'] !== 'm.replace') return undefined
  return typeof relation['event_id'] === 'string' ? relation['event_id'] : undefined
}

export interface Posted {
  readonly result: 'posted' | 'edited' | 'unchanged' | 'would post' | 'would edit'
  /** The message that people see: of an edit, what was edited. */
  readonly eventId?: string | undefined
  /** Of a dry run: the text that would be said. */
  readonly body?: string | undefined
}

/** Posts the message, or edits the one with its key, or does nothing when that says the same already. */
export async function postOnce(homeserver: Homeserver, message: KeyedMessage): Promise<Posted> {
  const { roomId, key, isDryRun = false } = message
  await homeserver.encryptionFor(roomId)
  const known = message.known ?? knownOf(await homeserver.ownMessages(roomId), key)
  const digest = digestOf(message.content)
  if (known.rootId !== undefined) return edit(homeserver, message, { rootId: known.rootId, known, digest })
  if (isDryRun) return { result: 'would post', body: String(message.content['body']) }
  const content = withinLimit(withFields(message, digest))
  const eventId = await homeserver.send(roomId, { txnId: txnIdOf(roomId, key, 'post', digest), content })
  return settle(homeserver, message, eventId)
}

/** Two runs that posted at the same time keep the earlier message; the one who posted later takes its own back. */
async function settle(homeserver: Homeserver, message: KeyedMessage, eventId: string): Promise<Posted> {
  const known = knownOf(await homeserver.ownMessages(message.roomId), message.key)
  if (!known.duplicateIds.includes(eventId) || known.rootId === undefined) return { result: 'posted', eventId }
  await homeserver.redact(message.roomId, eventId, 'Posted twice at the same time')
  return edit(homeserver, message, { rootId: known.rootId, known, digest: digestOf(message.content) })
}

interface Target {
  readonly rootId: string
  readonly known: Known
  readonly digest: string
}

async function edit(homeserver: Homeserver, message: KeyedMessage, target: Target): Promise<Posted> {
  const { rootId, known, digest } = target
  const [latest] = known.fields
  if (latest?.['digest'] === digest) return { result: 'unchanged', eventId: rootId }
  if (message.isDryRun === true) return { result: 'would edit', eventId: rootId, body: String(message.content['body']) }
  const edited = editOf(rootId, withFields({ ...message, threadRoot: undefined }, digest), latest)
  // The edit before is part of the ID: going back to an earlier text is a new edit, repeating one is not.
  const txnId = txnIdOf(message.roomId, message.key, known.latestId ?? rootId, digest)
  await homeserver.send(message.roomId, { txnId, content: withinLimit(edited) })
  return { result: 'edited', eventId: rootId }
}

/** The same message of the same key in the same room has the same transaction ID: a repeated request sends once. */
export const txnIdOf = (...parts: readonly string[]): string => `ci-${digestOf(parts)}`
