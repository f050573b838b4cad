// What a message with a key says to people and to machines: its fields, its digest, its edits, and how long it may be.
import { createHash } from 'node:crypto'
import type { Content } from './homeserver.ts'
import type { Rendered } from './render-report.ts'
import { jobsMax, type Report } from './report.ts'

/** The field of an event's content that is for machines: version, key, digest, and what the message says. */
export const ciField = 'dev.myelin.ci'

/** Content of an `m.room.message`. */
export const messageOf = ({ body, html }: Rendered, msgtype: 'm.notice' | 'm.text'): Content => ({
  msgtype,
  body,
  format: 'org.matrix.custom.html',
  formatted_body: html,
})

/** A report for machines, without what is private or long. */
export const reportFields = (report: Report): Content => ({
  report: {
    ...report,
    excerpt: undefined,
    ...(report.commit === undefined ? {} : { commit: { ...report.commit, email: undefined } }),
    jobs: report.jobs.slice(0, jobsMax),
  },
})

export function fieldsOf(content: Content): Content | undefined {
  const fields = content[ciField]
  return isContent(fields) ? fields : undefined
}

export const isContent = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export interface KeyedContent {
  readonly key: string
  readonly content: Content
  /** Further fields for machines. */
  readonly fields?: Content
  /** Event ID of the thread's first message, to post there. */
  readonly threadRoot?: string | undefined
}

/** The content with its fields for machines. */
export function withFields({ content, key, fields = {}, threadRoot }: KeyedContent, digest: string): Content {
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

/** An edit of the message `rootId`; `latest` has the machine fields of the newest one before it. */
export function editOf(rootId: string, content: Content, latest: Content | undefined): Content {
  return {
    ...content,
    body: `* ${String(content['body'])}`,
    ...(typeof content['formatted_body'] === 'string' ? { formatted_body: `* ${content['formatted_body']}` } : {}),
    'm.mentions': newMentions(content, latest),
    'm.new_content': content,
    'm.relates_to': { rel_type: 'm.replace', event_id: rootId },
  }
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

/** "The complete event MUST NOT be larger than 65536 bytes"; the server adds to what is sent. */
const contentBytesMax = 60_000

/** The content; one that is too long goes without its HTML, with the beginning of its text and the key alone. */
export function withinLimit(content: Content): Content {
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

export const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
