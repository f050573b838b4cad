// The conditions of push rules, made ready for evaluation.
// https://spec.matrix.org/v1.19/client-server-api/#conditions-1
import { compileGlob, containsWords, matchesWhole, matchesWords } from './glob.ts'
import { type JsonObject, isObject, member, objectMember, stringMember } from './json.ts'
import type { PushCondition } from './push-rule.ts'
import { relationOf, repliesTo } from './relations.ts'

/** What conditions look at besides the event. */
export interface PushContext {
  /** The user whose rules are evaluated. */
  readonly userId: string
  readonly roomId: string
  /** The user's display name in the room. */
  readonly displayName?: string | undefined
  /** Joined members of the room. */
  readonly memberCount: number
  /** Power levels of the room (`powerLevels`). */
  readonly levels: { of(userId: string): number; notifications(key: string): number }
  /** An event of the room by its id, if it is at hand: for conditions on the event that an event relates to (MSC3664). */
  readonly relatedEvent?: ((eventId: string) => JsonObject | undefined) | undefined
  /** Whether the user subscribed to the event's thread; undefined when it is in none (MSC4306). */
  readonly threadSubscribed?: boolean | undefined
}

/** Whether a condition holds for an event with the fields `type`, `sender`, `state_key`, `content`, … */
export type PushPredicate = (event: JsonObject, context: PushContext) => boolean

const never: PushPredicate = () => false

/** A condition as a predicate; "unrecognised conditions MUST NOT match any events". */
export const compileCondition = (condition: PushCondition): PushPredicate => {
  const compile = kinds.get(stringMember(condition, 'kind') ?? '')
  return compile?.(condition) ?? never
}

/** The condition of content rules: the pattern among the words of `content.body`. */
export const compilePattern = (pattern: string): PushPredicate => matchBody(pattern)

/** The names along a dot-separated path; dots and backslashes within names are escaped by a backslash. */
export const parsePath = (path: string): readonly string[] => {
  const names: string[] = []
  let name = ''
  for (let at = 0; at < path.length; at++) {
    const isEscape = path[at] === '\\' && (path[at + 1] === '.' || path[at + 1] === '\\')
    if (path[at] === '.') {
      names.push(name)
      name = ''
    } else name += path[isEscape ? ++at : at] ?? ''
  }
  names.push(name)
  return names
}

const valueAt = (event: JsonObject, names: readonly string[]): unknown => {
  let value: unknown = event
  for (const name of names) {
    if (!isObject(value)) return undefined
    value = member(value, name)
  }
  return value
}

const matchBody = (pattern: string): PushPredicate => {
  const glob = compileGlob(pattern)
  return ({ content }) => {
    const body = isObject(content) ? member(content, 'body') : undefined
    return typeof body === 'string' && matchesWords(glob, body)
  }
}

type Compile = (condition: PushCondition) => PushPredicate | undefined

const eventMatch: Compile = (condition) => {
  const key = stringMember(condition, 'key')
  const pattern = stringMember(condition, 'pattern')
  if (key === undefined || pattern === undefined) return undefined
  if (key === 'content.body') return matchBody(pattern)
  const names = parsePath(key)
  const glob = compileGlob(pattern)
  return (event) => {
    const value = valueAt(event, names)
    return typeof value === 'string' && matchesWhole(glob, value)
  }
}

/**
 * `event_match` on the event that an event relates to; without key and pattern the relation suffices. Replies count as
 * relations of the type `m.in_reply_to`, those that are a thread's fallback only where `include_fallbacks` is set.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3664
 */
const relatedEventMatch: Compile = (condition) => {
  const relType = stringMember(condition, 'rel_type')
  const includesFallbacks = member(condition, 'include_fallbacks') === true
  const isMatched = member(condition, 'key') !== undefined && member(condition, 'pattern') !== undefined
  const matches = isMatched ? (eventMatch(condition) ?? never) : undefined
  return (event, context) => {
    const parent = isObject(event['content']) ? parentOf(event['content'], relType, includesFallbacks) : undefined
    if (parent === undefined || matches === undefined) return parent !== undefined
    const related = context.relatedEvent?.(parent)
    return related !== undefined && matches(related, context)
  }
}

const parentOf = (content: JsonObject, relType: string | undefined, includesFallbacks: boolean): string | undefined => {
  if (relType !== 'm.in_reply_to') {
    const relation = relationOf(content)
    return relation?.relType === relType ? relation?.eventId : undefined
  }
  const isFallback = objectMember(content, 'm.relates_to')?.['is_falling_back'] === true
  return isFallback && !includesFallbacks ? undefined : repliesTo(content)
}

/** Whether the event is in a thread the user subscribed to, or in one they did not. https://github.com/matrix-org/matrix-spec-proposals/pull/4306 */
const threadSubscription: Compile = (condition) => {
  const subscribed = member(condition, 'subscribed')
  if (typeof subscribed !== 'boolean') return undefined
  return (_event, { threadSubscribed }) => threadSubscribed === subscribed
}

const isScalar = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)

/** `key` and a scalar `value`, as two kinds of conditions have them. */
const propertyCondition =
  (holds: (property: unknown, value: unknown) => boolean): Compile =>
  (condition) => {
    const key = stringMember(condition, 'key')
    const value = member(condition, 'value')
    if (key === undefined || !isScalar(value)) return undefined
    const names = parsePath(key)
    return (event) => holds(valueAt(event, names), value)
  }

const displayNameCondition: Compile =
  () =>
  (event, { displayName }) => {
    const body = valueAt(event, ['content', 'body'])
    return typeof body === 'string' && displayName !== undefined && containsWords(displayName, body)
  }

const comparisons: Readonly<Record<string, (count: number, bound: number) => boolean>> = {
  '==': (count, bound) => count === bound,
  '<': (count, bound) => count < bound,
  '>': (count, bound) => count > bound,
  '<=': (count, bound) => count <= bound,
  '>=': (count, bound) => count >= bound,
}

const memberCount: Compile = (condition) => {
  const [, sign = '', digits = ''] = /^(==|<=|>=|<|>|)(\d+)$/.exec(stringMember(condition, 'is') ?? '') ?? []
  const compare = comparisons[sign || '==']
  const bound = Number(digits)
  return digits === '' || compare === undefined ? undefined : (_event, context) => compare(context.memberCount, bound)
}

const senderPermission: Compile = (condition) => {
  const key = stringMember(condition, 'key')
  if (key === undefined) return undefined
  return ({ sender }, { levels }) => typeof sender === 'string' && levels.of(sender) >= levels.notifications(key)
}

const kinds: ReadonlyMap<string, Compile> = new Map([
  ['event_match', eventMatch],
  ['event_property_is', propertyCondition((property, value) => property === value)],
  [
    'event_property_contains',
    propertyCondition((property, value) => Array.isArray(property) && property.includes(value)),
  ],
  ['contains_display_name', displayNameCondition],
  ['room_member_count', memberCount],
  ['sender_notification_permission', senderPermission],
  ['im.nheko.msc3664.related_event_match', relatedEventMatch],
  ['io.element.msc4306.thread_subscription', threadSubscription],
])
