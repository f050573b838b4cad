// Redaction: the event without all that the room version does not keep.
// https://spec.matrix.org/v1.19/client-server-api/#redactions
import { type JsonObject, isObject, member } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'

/** A redacted copy of an event in federation format; `unsigned` is dropped like every key not named by the rules. */
export const redact = <Event extends JsonObject>(event: Event, rules: RoomVersionRules): Event => {
  const kept: Record<string, unknown> = {}
  for (const key of rules.redaction.topLevel) if (Object.hasOwn(event, key)) kept[key] = event[key]
  const { type, content } = event
  kept['content'] = isObject(content) ? redactContent(typeof type === 'string' ? type : '', content, rules) : {}
  return kept as Event
}

/** What is left of the content of an event of `type`. */
export const redactContent = (type: string, content: JsonObject, rules: RoomVersionRules): JsonObject => {
  const keys = Object.hasOwn(rules.redaction.content, type) ? rules.redaction.content[type] : []
  if (keys === 'all') return content
  const kept: Record<string, unknown> = {}
  for (const key of keys ?? []) if (Object.hasOwn(content, key)) kept[key] = content[key]
  if (type === 'm.room.member' && rules.redaction.keepsSignedInvite) keepSignedInvite(content, kept)
  return kept
}

/** "Additionally, it allows the `signed` key of the `third_party_invite` key." */
const keepSignedInvite = (content: JsonObject, kept: Record<string, unknown>): void => {
  const invite = member(content, 'third_party_invite')
  if (!isObject(invite)) return
  kept['third_party_invite'] = Object.hasOwn(invite, 'signed') ? { signed: invite['signed'] } : {}
}
