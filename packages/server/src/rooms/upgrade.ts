// Replacing a room by one of another version.
import type { JsonObject } from '@myelin/algorithms/json'
import { objectMember } from '@myelin/algorithms/json'
import { readLevel } from '@myelin/algorithms/power-levels'
import type { RoomVersionRules } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'
import { isUserId } from '@myelin/protocol/identifiers'
import { aliasesOfRoom, moveAliases } from '../store/aliases.ts'
import { unpublishRoom } from '../store/directory.ts'
import { useJoinedRoom } from './access.ts'
import { append, type Prepared } from './append.ts'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import { plain, rulesOf, writeNewRoom } from './create.ts'
import type { HotRoom } from './hot-room.ts'
import { membershipIn } from './member-event.ts'
import { creators, requireStatePower } from './power.ts'
import type { RoomEvent } from './room-event.ts'
import { stateSlices } from './served-state.ts'

export interface UpgradeOptions {
  readonly by: Actor
  readonly version: string
  readonly additionalCreators?: readonly string[] | undefined
}

/**
 * Makes a new room of `version` with the state that matters, points the old room and its aliases to it, and resolves with
 * its id. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidupgrade
 */
export async function upgrade(context: RoomsContext, roomId: string, options: UpgradeOptions): Promise<string> {
  const { by } = options
  const rules = rulesOf(options.version)
  if (!(options.additionalCreators ?? []).every(isUserId))
    throw new MatrixError('M_BAD_JSON', 'additional_creators must be a list of user IDs')
  return useJoinedRoom(context, roomId, {
    actor: by,
    use: async (room) => {
      requireStatePower(room, by.userId, 'm.room.tombstone')
      const drafts = await draftsOf(context, room, { ...options, rules })
      const isPublic = room.isPublic
      const next = await writeNewRoom(context, { by, rules, drafts, isPublic })
      const content = { body: 'This room has been replaced', replacement_room: next.roomId }
      await append(context, room, { by, type: 'm.room.tombstone', stateKey: '', content })
      await moveOver(context, { by, room, next })
      return next.roomId
    },
  })
}

interface Upgrading extends UpgradeOptions {
  readonly rules: RoomVersionRules
}

/** State that is worth taking along, as the specification recommends; power levels go last, so that they bind nobody yet. */
const copiedTypes = [
  'm.room.server_acl',
  'm.room.encryption',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.guest_access',
  'm.room.history_visibility',
  'm.room.join_rules',
  'm.room.canonical_alias',
] as const

async function draftsOf(context: RoomsContext, room: HotRoom, upgrading: Upgrading): Promise<Prepared[]> {
  const { by, rules } = upgrading
  const profile = await context.hooks.profile(by.userId)
  const drafts: Prepared[] = [
    plain({ by, type: 'm.room.create', stateKey: '', content: createContent(room, upgrading) }),
    plain({ by, type: 'm.room.member', stateKey: by.userId, content: { membership: 'join', ...profile } }, by.userNid),
  ]
  for (const type of copiedTypes) {
    const event = room.state(type)
    if (event) drafts.push(plain({ by, type, stateKey: '', content: event.content }))
  }
  for (const draft of await banDrafts(context, room, by)) drafts.push(draft)
  const content = room.state('m.room.power_levels')?.content
  const levels = rules.privilegedCreators
    ? withoutCreators(content ?? {}, rules, creatorsIn(drafts[0], by))
    : room.rules.privilegedCreators || content === undefined
      ? withCreators(content ?? {}, rules, creators(room))
      : content
  drafts.push(plain({ by, type: 'm.room.power_levels', stateKey: '', content: levels }))
  return drafts
}

function createContent(room: HotRoom, { by, rules, additionalCreators }: Upgrading): JsonObject {
  const {
    creator: _creator,
    additional_creators: _creators,
    predecessor: _predecessor,
    ...kept
  } = room.state('m.room.create')?.content ?? {}
  const lastKnown = rules.roomIdIsCreateHash ? {} : { event_id: room.heads[0]?.eventId ?? '' }
  return {
    ...kept,
    room_version: rules.id,
    predecessor: { room_id: room.roomId, ...lastKnown },
    ...(rules.creatorInContent ? { creator: by.userId } : {}),
    ...(rules.privilegedCreators && additionalCreators?.length ? { additional_creators: additionalCreators } : {}),
  }
}

function creatorsIn(create: Prepared | undefined, by: Actor): readonly unknown[] {
  const additional = create?.draft.content['additional_creators']
  return [by.userId, ...(Array.isArray(additional) ? additional : [])]
}

/** Power levels for a version that privileges creators: they are not listed, and only they may replace the room. */
function withoutCreators(content: JsonObject, rules: RoomVersionRules, creators: readonly unknown[]): JsonObject {
  const users = Object.entries(objectMember(content, 'users') ?? {}).filter(([user]) => !creators.includes(user))
  const events = objectMember(content, 'events') ?? {}
  const stateDefault = readLevel(content['state_default'], rules) ?? 50
  const tombstone = readLevel(events['m.room.tombstone'], rules) ?? stateDefault
  const safe = tombstone > stateDefault ? tombstone : Math.max(150, stateDefault + 1)
  return { ...content, users: Object.fromEntries(users), events: { ...events, 'm.room.tombstone': safe } }
}

/** Power levels for a version in which creators have only what they are given: as much as anything in the room needs. */
function withCreators(content: JsonObject, rules: RoomVersionRules, creators: readonly string[]): JsonObject {
  const users = objectMember(content, 'users') ?? {}
  const needed = [content, users, objectMember(content, 'events') ?? {}].flatMap((levels) => Object.values(levels))
  const highest = Math.max(100, ...needed.map((level) => readLevel(level, rules) ?? 0))
  return { ...content, users: { ...users, ...Object.fromEntries(creators.map((user) => [user, highest])) } }
}

async function banDrafts(context: RoomsContext, room: HotRoom, by: Actor): Promise<Prepared[]> {
  const nids = Array.from(room.slotsOfType('m.room.member').values(), (slot) => room.arena.get(room.root, slot))
  const banned: RoomEvent[] = []
  for await (const events of stateSlices(context, room, nids))
    banned.push(...events.filter((event) => membershipIn(event) === 'ban'))
  const drafts: Prepared[] = []
  for (const event of banned) {
    const userId = event.stateKey ?? ''
    const reason = contentText(event.content, 'reason')
    const content = { membership: 'ban', ...(reason === undefined ? {} : { reason }) }
    drafts.push(plain({ by, type: 'm.room.member', stateKey: userId, content }, await context.users.intern(userId)))
  }
  return drafts
}

/** Aliases and the directory entry move on; the old room is closed to ordinary members as far as `by` may do that. */
async function moveOver(
  context: RoomsContext,
  { by, room, next }: { readonly by: Actor; readonly room: HotRoom; readonly next: HotRoom },
): Promise<void> {
  const hadAliases = (await aliasesOfRoom(context.store.read, room.nid)).length > 0
  await context.store.write((w) => {
    if (hadAliases) moveAliases(w, room.nid, next.nid)
    if (room.isPublic) unpublishRoom(w, room.nid)
  })
  room.isPublic = false
  await appendIfAllowed(context, room, { by, type: 'm.room.power_levels', stateKey: '', content: closedLevels(room) })
  if (hadAliases && room.state('m.room.canonical_alias'))
    await appendIfAllowed(context, room, { by, type: 'm.room.canonical_alias', stateKey: '', content: {} })
}

/** "events_default and invite … to the greater of 50 and users_default + 1" */
function closedLevels(room: HotRoom): JsonObject {
  const content = room.state('m.room.power_levels')?.content ?? {}
  const level = Math.max(50, (readLevel(content['users_default'], room.rules) ?? 0) + 1)
  return { ...content, events_default: level, invite: level }
}

async function appendIfAllowed(...[context, room, draft]: Parameters<typeof append>): Promise<void> {
  try {
    await append(context, room, draft)
  } catch (cause) {
    if (!(cause instanceof MatrixError && cause.errcode === 'M_FORBIDDEN')) throw cause
  }
}
