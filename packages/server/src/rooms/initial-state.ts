// The events a new room starts with, as the specification orders and presets them. Pure.
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
import { type JsonObject, isObject, member } from '@myelin/algorithms/json'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'

export type Preset = 'private_chat' | 'public_chat' | 'trusted_private_chat'

/** A state event to be. */
export interface StateContent {
  readonly type: string
  readonly state_key?: string | undefined
  readonly content: JsonObject
}

/** What a client may ask of a new room; field names of the request. */
export interface CreateRoomRequest {
  readonly visibility?: 'public' | 'private' | undefined
  readonly room_alias_name?: string | undefined
  readonly name?: string | undefined
  readonly topic?: string | undefined
  readonly invite?: readonly string[] | undefined
  readonly invite_3pid?: readonly unknown[] | undefined
  readonly room_version?: string | undefined
  readonly creation_content?: JsonObject | undefined
  readonly initial_state?: readonly StateContent[] | undefined
  readonly preset?: Preset | undefined
  readonly is_direct?: boolean | undefined
  readonly power_level_content_override?: JsonObject | undefined
}

/** "If unspecified, the server should use the `visibility` to determine which preset to use." */
export const presetOf = (request: CreateRoomRequest): Preset =>
  request.preset ?? (request.visibility === 'public' ? 'public_chat' : 'private_chat')

/** Content of `m.room.create`: the client's `creation_content` with what the server decides laid over it. */
export function createContent(request: CreateRoomRequest, rules: RoomVersionRules, creator: string): JsonObject {
  const given: Record<string, unknown> = { ...request.creation_content, room_version: rules.id }
  delete given['creator']
  if (rules.creatorInContent) given['creator'] = creator
  if (!rules.privilegedCreators) return given
  const invited = presetOf(request) === 'trusted_private_chat' ? (request.invite ?? []) : []
  const named = given['additional_creators'] ?? []
  if (!Array.isArray(named)) throw new MatrixError('M_BAD_JSON', 'additional_creators must be a list of user IDs')
  const creators = new Set<unknown>([...named, ...invited])
  creators.delete(creator)
  if (creators.size > 0) given['additional_creators'] = [...creators]
  return given
}

/** Content of the first `m.room.power_levels`: "the room creator … will be given permission to send state events". */
export function powerLevelsContent(request: CreateRoomRequest, rules: RoomVersionRules, creator: string): JsonObject {
  const trusted = presetOf(request) === 'trusted_private_chat' ? (request.invite ?? []) : []
  const users = rules.privilegedCreators ? {} : Object.fromEntries([creator, ...trusted].map((user) => [user, 100]))
  return {
    users,
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.avatar': 50,
      'm.room.canonical_alias': 50,
      'm.room.power_levels': 100,
      'm.room.history_visibility': 100,
      'm.room.encryption': 100,
      'm.room.server_acl': 100,
      // "the power level for sending m.room.tombstone events MUST explicitly be higher than state_default"
      'm.room.tombstone': rules.privilegedCreators ? 150 : 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: 0,
    historical: 100,
    ...request.power_level_content_override,
  }
}

const presets: Readonly<Record<Preset, readonly [joinRule: string, guestAccess: string]>> = {
  private_chat: ['invite', 'can_join'],
  trusted_private_chat: ['invite', 'can_join'],
  public_chat: ['public', 'forbidden'],
}

/** What follows the power levels, in the specification's order: alias, preset, `initial_state`, name and topic. */
export function followingState(request: CreateRoomRequest, alias: string | undefined): StateContent[] {
  const last: StateContent[] = []
  if (request.name !== undefined) last.push({ type: 'm.room.name', content: { name: request.name } })
  if (request.topic !== undefined) last.push({ type: 'm.room.topic', content: topicContent(request.topic) })
  const given = checkedInitialState(request).filter((event) => !last.some((later) => sameKey(event, later)))
  const [joinRule, guestAccess] = presets[presetOf(request)]
  const preset: StateContent[] = [
    { type: 'm.room.join_rules', content: { join_rule: joinRule } },
    { type: 'm.room.history_visibility', content: { history_visibility: 'shared' } },
    { type: 'm.room.guest_access', content: { guest_access: guestAccess } },
  ]
  return [
    ...(alias === undefined ? [] : [{ type: 'm.room.canonical_alias', content: { alias } }]),
    ...preset.filter((event) => !given.some((later) => sameKey(event, later))),
    ...given,
    ...last,
  ]
}

/** "an m.room.topic event with a text/plain mimetype" */
const topicContent = (topic: string): JsonObject => ({ topic, 'm.topic': { 'm.text': [{ body: topic }] } })

const sameKey = (a: StateContent, b: StateContent) => a.type === b.type && (a.state_key ?? '') === (b.state_key ?? '')

function checkedInitialState(request: CreateRoomRequest): readonly StateContent[] {
  const events = request.initial_state ?? []
  for (const { type, content } of events) {
    if (type === 'm.room.create' || type === 'm.room.member')
      throw new MatrixError('M_INVALID_ROOM_STATE', `initial_state may not hold ${type}`)
    if (!isObject(content)) throw new MatrixError('M_BAD_JSON', 'content must be an object')
  }
  return events
}

/** The type of a room from its create event, e.g. `m.space`. */
export const roomTypeOf = (create: JsonObject | undefined): string | undefined => {
  const type = create && member(create, 'type')
  return typeof type === 'string' ? type : undefined
}
