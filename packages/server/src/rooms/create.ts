// Creating a room: its events, alias, directory entry and invites, all in one write.
import assert from 'node:assert/strict'
import { defaultRoomVersion, roomVersion, type RoomVersionRules } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'
import { creatableVersions } from '../config/settings.ts'
import { randomString } from '../environment.ts'
import { invitesPerRequestMax } from '../limits.ts'
import { insertAlias } from '../store/aliases.ts'
import { insertRoom } from '../store/rooms.ts'
import type { Write } from '../store/store.ts'
import { claimAlias } from './aliases.ts'
import { appendNow, type EventDraft, type Prepared } from './append.ts'
import { buildCreate } from './build.ts'
import { type Actor, isLocal, type RoomsContext } from './context.ts'
import { publish } from './directory-entry.ts'
import { HotRoom } from './hot-room.ts'
import { checkInvite, inviteTo } from './invite.ts'
import {
  createContent,
  type CreateRoomRequest,
  followingState,
  powerLevelsContent,
  type StateContent,
} from './initial-state.ts'
import { roomSource } from './load-room.ts'

export interface CreateOptions {
  readonly by: Actor
  readonly request: CreateRoomRequest
}

/**
 * Creates a room and resolves with its id. Throws M_UNSUPPORTED_ROOM_VERSION, M_ROOM_IN_USE, M_INVALID_ROOM_STATE.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
 */
export async function create(context: RoomsContext, { by, request }: CreateOptions): Promise<string> {
  const rules = rulesOf(request.room_version ?? defaultRoomVersion)
  checkRequest(request)
  const make = (alias?: string) => makeRoom(context, { by, request, rules, alias })
  return request.room_alias_name === undefined ? make() : claimAlias(context, request.room_alias_name, make)
}

/** The rules of a version that rooms may be created with. */
export function rulesOf(version: string): RoomVersionRules {
  const rules = creatableVersions.includes(version) ? roomVersion(version) : undefined
  if (!rules)
    throw new MatrixError('M_UNSUPPORTED_ROOM_VERSION', `Rooms of version ${version} cannot be created on this server`)
  return rules
}

function checkRequest(request: CreateRoomRequest): void {
  if ((request.invite_3pid ?? []).length > 0)
    throw new MatrixError('M_THREEPID_DENIED', 'This server cannot invite email addresses or phone numbers')
  const invited = request.invite ?? []
  if (invited.length > invitesPerRequestMax)
    throw new MatrixError('M_INVALID_PARAM', `At most ${invitesPerRequestMax} users can be invited at once`)
}

interface Making {
  readonly by: Actor
  readonly request: CreateRoomRequest
  readonly rules: RoomVersionRules
  readonly alias: string | undefined
}

async function makeRoom(context: RoomsContext, making: Making): Promise<string> {
  const { by, request, rules, alias } = making
  const drafts = await draftsOf(context, making)
  const isPublic = request.visibility === 'public'
  const room = await writeNewRoom(context, { by, rules, drafts, alias, isPublic }).catch(explainRefusal)
  for (const target of new Set(request.invite))
    if (!isLocal(context, target))
      await context.hotRooms.use(room.nid, (hot) =>
        inviteTo(context, hot, { by, target, isDirect: request.is_direct === true }),
      )
  return room.roomId
}

/** A refusal by the authorisation rules means that the requested state contradicts itself. */
function explainRefusal(cause: unknown): never {
  if (cause instanceof MatrixError && cause.errcode === 'M_FORBIDDEN')
    throw new MatrixError('M_INVALID_ROOM_STATE', cause.message, { cause })
  throw cause
}

export interface NewRoom {
  readonly by: Actor
  readonly rules: RoomVersionRules
  /** The room's events, the create event first. */
  readonly drafts: readonly Prepared[]
  readonly alias?: string | undefined
  readonly isPublic: boolean
}

/** Writes a room with its first events in one go; nothing of it exists if one of them is refused. */
export function writeNewRoom(context: RoomsContext, making: NewRoom): Promise<HotRoom> {
  return context.store.write((w) => writeRoom(context, w, making))
}

function writeRoom(context: RoomsContext, w: Write, making: NewRoom): HotRoom {
  const { by, rules, alias, drafts, isPublic } = making
  const [first, ...rest] = drafts
  assert(first, 'a room starts with its create event')
  const chosenId = rules.roomIdIsCreateHash
    ? undefined
    : `!${randomString(context.environment, 18)}:${context.serverName}`
  const draft = { ...first.draft, ts: creationTime(context) }
  const signed = buildCreate(context, draft, { rules, roomId: chosenId })
  const roomId = chosenId ?? `!${signed.eventId.slice(1)}`
  const nid = context.store.nextNid('rooms')
  const room = new HotRoom({ nid, roomId, rules, source: roomSource(context.store) })
  insertRoom(w, { nid, roomId, version: rules.id, isPublic })
  appendNow(context, w, { room, prepared: first, signed })
  for (const prepared of rest) appendNow(context, w, { room, prepared })
  if (alias !== undefined) insertAlias(w, { alias, roomNid: nid, creatorNid: by.userNid })
  if (isPublic) publish(w, room)
  room.isPublic = isPublic
  context.hotRooms.add(room)
  return room
}

/** When this process last created a room, milliseconds since 1970. */
const lastCreations = new WeakMap<RoomsContext, number>()

/**
 * Now, and later than the creation before: where the room's ID is the hash of its create event, nothing but the time tells
 * apart two rooms that somebody creates in the same way.
 */
function creationTime(context: RoomsContext): number {
  const now = Math.max(context.environment.now(), 1 + (lastCreations.get(context) ?? 0))
  lastCreations.set(context, now)
  return now
}

async function draftsOf(context: RoomsContext, { by, request, rules, alias }: Making): Promise<Prepared[]> {
  const profile = await context.hooks.profile(by.userId)
  const isDirect = request.is_direct === true ? { is_direct: true } : {}
  const stateDraft = ({ type, state_key = '', content }: StateContent) =>
    plain({ by, type, stateKey: state_key, content })
  const start = [
    stateDraft({ type: 'm.room.create', content: createContent(request, rules, by.userId) }),
    memberDraft(by, by, { membership: 'join', ...profile }),
    stateDraft({ type: 'm.room.power_levels', content: powerLevelsContent(request, rules, by.userId) }),
    ...followingState(request, alias).map(stateDraft),
  ]
  const invites = new Set(request.invite)
  invites.delete(by.userId)
  for (const userId of invites) {
    await checkInvite(context, userId, by)
    // Their servers sign the invite, which takes a room that is there.
    if (!isLocal(context, userId)) continue
    const target = { userId, userNid: await context.users.intern(userId) }
    start.push(memberDraft(by, target, { membership: 'invite', ...(await context.hooks.profile(userId)), ...isDirect }))
  }
  return start
}

/** A draft that needs nothing besides, such as those of a room's first events. */
export const plain = (draft: EventDraft, memberNid = 0): Prepared => ({
  draft,
  memberNid,
  relating: undefined,
  redacted: undefined,
})

const memberDraft = (
  by: Actor,
  target: Pick<Actor, 'userId' | 'userNid'>,
  content: Readonly<Record<string, unknown>>,
) => plain({ by, type: 'm.room.member', stateKey: target.userId, content }, target.userNid)
