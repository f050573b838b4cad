// One message per key: posted once, edited in place afterwards. The memory is the room itself: the account's own messages
// there carry the key, so that any run on any machine finds what an earlier one has said.
import { createHash } from 'node:crypto'
import type { Content, Homeserver, OwnMessage } from './homeserver.ts'

/** The field of an event's content that is for machines: version, key, digest, and what the message says. */
export const ciField = 'dev.myelin.ci'

/** A message as it should stand in a room. */
export interface KeyedMessage {
  readonly roomId: string
  readonly key: string
  readonly content: Content
  /** Further fields for machines. */
  readonly fields?: Content
  /** Event ID of the thread's first message, to post there. */
  readonly threadRoot?: string | undefined
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

export function fieldsOf(content: Content): Content | undefined {
  const fields = content[ciField]
  return isContent(fields) ? fields : undefined
}

export const isContent = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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
}

/** Posts the message, or edits the one with its key, or does nothing when that says the same already. */
export async function postOnce(homeserver: Homeserver, message: KeyedMessage): Promise<Posted> {
  const { roomId, key, isDryRun = false } = message
  await homeserver.refuseEncrypted(roomId)
  const known = message.known ?? knownOf(await homeserver.ownMessages(roomId), key)
  const digest = digestOf(message.content)
  if (known.rootId !== undefined) return edit(homeserver, message, { rootId: known.rootId, known, digest })
  if (isDryRun) return { result: 'would post' }
  const content = withinLimit(contentOf(message, digest))
  const eventId = await homeserver.send(roomId, { txnId: txnIdOf(roomId, key, 'post', digest), content })
  return settle(homeserver, message, eventId)
}

/** "The complete event MUST NOT be larger than 65536 bytes"; the server adds to what is sent. */
const contentBytesMax = 60_000

/** The content; one that is too long goes without its HTML, with the beginning of its text and the key alone. */
function withinLimit(content: Content): Content {
  if (Buffer.byteLength(JSON.stringify(content)) <= contentBytesMax) return content
  const edited = content['m.new_content']
  return isContent(edited) ? { ...shortened(content), 'm.new_content': shortened(edited) } : shortened(content)
}

/** Longest text of a message that was too long, characters: an edit has it twice. */
const shortenedLengthMax = 8000

function shortened(content: Content): Content {
  const fields = fieldsOf(content)
  const short = {
    ...content,
    format: undefined,
    formatted_body: undefined,
    body: String(content['body']).slice(0, shortenedLengthMax).toWellFormed(),
  }
  return fields === undefined
    ? short
    : { ...short, [ciField]: { v: fields['v'], key: fields['key'], digest: fields['digest'] } }
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
  if (message.isDryRun === true) return { result: 'would edit', eventId: rootId }
  const content = contentOf({ ...message, threadRoot: undefined }, digest)
  const edited = {
    ...content,
    body: `* ${String(content['body'])}`,
    ...(typeof content['formatted_body'] === 'string' ? { formatted_body: `* ${content['formatted_body']}` } : {}),
    'm.mentions': newMentions(message.content, latest),
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: rootId },
  }
  // The edit before is part of the ID: going back to an earlier text is a new edit, repeating one is not.
  const txnId = txnIdOf(message.roomId, message.key, known.latestId ?? rootId, digest)
  await homeserver.send(message.roomId, { txnId, content: withinLimit(edited) })
  return { result: 'edited', eventId: rootId }
}

/** "The mentions in an edit should only contain those that are new": nobody is notified twice. */
function newMentions(content: Content, latest: Content | undefined): Content {
  const wanted = content['m.mentions']
  const before = latest?.['mentioned']
  if (!isContent(wanted)) return {}
  const known = new Set(Array.isArray(before) ? before : [])
  const userIds = Array.isArray(wanted['user_ids']) ? wanted['user_ids'].filter((userId) => !known.has(userId)) : []
  return {
    ...(userIds.length === 0 ? {} : { user_ids: userIds }),
    ...(wanted['room'] === true && !known.has('@room') ? { room: true } : {}),
  }
}

function contentOf({ content, key, fields = {}, threadRoot }: KeyedMessage, digest: string): Content {
  const thread = { rel_type: 'm.thread', event_id: threadRoot, is_falling_back: true }
  return {
    'm.mentions': {},
    ...content,
    ...(threadRoot === undefined ? {} : { 'm.relates_to': { ...thread, 'm.in_reply_to': { event_id: threadRoot } } }),
    [ciField]: { v: 1, key, digest, ...mentionedIn(content), ...fields },
  }
}

function mentionedIn({ 'm.mentions': mentions }: Content): Content {
  if (!isContent(mentions)) return {}
  const userIds: unknown[] = Array.isArray(mentions['user_ids']) ? mentions['user_ids'] : []
  const mentioned = [...userIds, ...(mentions['room'] === true ? ['@room'] : [])]
  return mentioned.length === 0 ? {} : { mentioned }
}

export const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)

/** The same message of the same key in the same room has the same transaction ID: a repeated request sends once. */
export const txnIdOf = (...parts: readonly string[]): string => `ci-${digestOf(parts)}`
