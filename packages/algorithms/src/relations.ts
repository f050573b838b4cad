// Relations between events: which there are, which edits and threads count, and the summary put under `unsigned`.
// https://spec.matrix.org/v1.19/client-server-api/#forming-relationships-between-events
import { type JsonObject, objectMember, stringMember } from './json.ts'

/** What an event says about its parent, in the cleartext part of its content. */
export interface Relation {
  readonly relType: string
  /** The parent. */
  readonly eventId: string
  /** Of annotations: what is annotated with, such as an emoji. */
  readonly key?: string | undefined
}

/** What is looked at of an event that relates or is related to. */
export interface RelatingEvent {
  readonly eventId: string
  readonly type: string
  readonly sender: string
  readonly stateKey?: string | undefined
  readonly content: JsonObject
  /** Milliseconds since the epoch. */
  readonly originServerTs: number
}

/** The relation in an event's content; replies alone have no `rel_type` and are none. */
export const relationOf = (content: JsonObject): Relation | undefined => {
  const relatesTo = objectMember(content, 'm.relates_to')
  if (relatesTo === undefined) return undefined
  const relType = stringMember(relatesTo, 'rel_type')
  const eventId = stringMember(relatesTo, 'event_id')
  return relType === undefined || eventId === undefined
    ? undefined
    : { relType, eventId, key: stringMember(relatesTo, 'key') }
}

/** The event an event replies to. */
export const repliesTo = (content: JsonObject): string | undefined =>
  stringMember(objectMember(objectMember(content, 'm.relates_to') ?? {}, 'm.in_reply_to') ?? {}, 'event_id')

/** Relations that the server sums up or serves; reactions are listed but not bundled. */
export const isBundled = (relType: string): boolean =>
  relType === 'm.thread' || relType === 'm.replace' || relType === 'm.reference'

/**
 * Whether a thread may start at an event: "Servers SHOULD reject client requests which attempt to start a thread off an
 * event with an m.relates_to property." A reply without `rel_type` may still have a thread.
 */
export const mayStartThread = (root: JsonObject): boolean => {
  const relatesTo = objectMember(root, 'm.relates_to')
  return relatesTo === undefined || stringMember(relatesTo, 'rel_type') === undefined
}

/** Whether two annotations say the same: same sender, parent, type and key. A second one is a duplicate. */
export const isDuplicateAnnotation = (one: RelatingEvent, other: RelatingEvent): boolean => {
  const a = relationOf(one.content)
  const b = relationOf(other.content)
  if (a?.relType !== 'm.annotation' || b?.relType !== 'm.annotation') return false
  return one.type === other.type && one.sender === other.sender && a.eventId === b.eventId && a.key === b.key
}

/** Whether `edit` is a valid replacement of `original`, both being of one room. */
export const isValidEdit = (original: RelatingEvent, edit: RelatingEvent): boolean => {
  const relation = relationOf(edit.content)
  if (relation?.relType !== 'm.replace' || relation.eventId !== original.eventId) return false
  if (original.sender !== edit.sender || original.type !== edit.type) return false
  if (original.stateKey !== undefined || edit.stateKey !== undefined) return false
  if (relationOf(original.content)?.relType === 'm.replace') return false
  // Encrypted replacements hold their new content where only clients see it.
  return edit.type === 'm.room.encrypted' || objectMember(edit.content, 'm.new_content') !== undefined
}

/**
 * The newest valid edit: "the most recent event is determined by comparing origin_server_ts", and of equals the one "with
 * the lexicographically largest event_id".
 */
export const latestEdit = <Edit extends RelatingEvent>(
  original: RelatingEvent,
  edits: Iterable<Edit>,
): Edit | undefined => {
  let latest: Edit | undefined
  for (const edit of edits) {
    if (isValidEdit(original, edit) && (latest === undefined || isNewer(edit, latest))) latest = edit
  }
  return latest
}

const isNewer = (one: RelatingEvent, other: RelatingEvent): boolean =>
  one.originServerTs === other.originServerTs ? one.eventId > other.eventId : one.originServerTs > other.originServerTs

/** Relations followed from an event to find its thread: "a maximum of 3 hops is recommended". */
export const threadHopsMax = 3

/**
 * The thread an event is in, by the id of its root, or `main`: by its own `m.thread` relation, or that of an event it
 * relates to directly or indirectly. `contentOf` gives the content of events of the room that are at hand.
 */
export const threadIdOf = (content: JsonObject, contentOf: (eventId: string) => JsonObject | undefined): string => {
  let current: JsonObject | undefined = content
  for (let hops = 0; current !== undefined && hops <= threadHopsMax; hops++) {
    const relation = relationOf(current)
    if (relation === undefined) return 'main'
    if (relation.relType === 'm.thread') return relation.eventId
    current = contentOf(relation.eventId)
  }
  return 'main'
}

/** What is bundled with an event, its parts in client format as JSON text. */
export interface Bundle {
  /** The newest valid edit. */
  readonly edit?: string | undefined
  readonly thread?:
    | {
        /** The newest event of the thread, with its own bundle. */
        readonly latestEvent: string
        /** Events in the thread, those of ignored users left out. */
        readonly count: number
        /** The user sent the root or an event of the thread. */
        readonly participated: boolean
      }
    | undefined
  /** Ids of the events that refer to this one by `m.reference`. */
  readonly references?: readonly string[] | undefined
}

/** The JSON text of `m.relations`; undefined when there is nothing to bundle. */
export const bundledRelations = ({ edit, thread, references = [] }: Bundle): string | undefined => {
  const parts = edit === undefined ? [] : [`"m.replace":${edit}`]
  if (thread !== undefined) {
    const counts = `"count":${thread.count},"current_user_participated":${thread.participated}`
    parts.push(`"m.thread":{"latest_event":${thread.latestEvent},${counts}}`)
  }
  if (references.length > 0) {
    parts.push(`"m.reference":{"chunk":[${references.map((id) => `{"event_id":${JSON.stringify(id)}}`).join(',')}]}`)
  }
  return parts.length === 0 ? undefined : `{${parts.join(',')}}`
}
