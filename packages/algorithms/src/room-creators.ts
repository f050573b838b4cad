// Who created a room: one user, or from room version 12 also those the create event names beside its sender.
// https://spec.matrix.org/v1.19/client-server-api/#mroomcreate
import { type JsonObject, member, stringMember } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'
import { isUserId } from './user-id.ts'

/** What is needed of the create event. */
export interface CreateEvent {
  readonly sender: string
  readonly content: JsonObject
}

const known = new WeakMap<
  JsonObject,
  { readonly rules: RoomVersionRules; readonly sender: string; readonly creators: readonly string[] }
>()

/** User ids of the creators of the room, the first of them the one who made it. */
export const creatorsOf = (create: CreateEvent, rules: RoomVersionRules): readonly string[] => {
  const found = known.get(create.content)
  if (found?.rules === rules && found.sender === create.sender) return found.creators
  const creators = readCreators(create, rules)
  known.set(create.content, { rules, sender: create.sender, creators })
  return creators
}

const readCreators = ({ sender, content }: CreateEvent, rules: RoomVersionRules): readonly string[] => {
  if (rules.creatorInContent) return [stringMember(content, 'creator') ?? sender]
  const additional = rules.privilegedCreators ? member(content, 'additional_creators') : undefined
  return [sender, ...(Array.isArray(additional) ? additional.filter(isUserId) : [])]
}
