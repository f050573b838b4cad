// Membership events of local users in rooms of other servers: a template from a resident server, completed and signed
// here, and handed back.
import type { EventReference } from '@myelin/algorithms/event'
import { isObject, type JsonObject } from '@myelin/algorithms/json'
import { type RoomVersionRules, roomVersions } from '@myelin/algorithms/room-version'
import { MatrixError } from '@myelin/protocol/errors'
import { FederationError } from '../federation/federation-error.ts'
import { joinServersTriedMax } from '../federation-limits.ts'
import { signTemplate, type SignedEvent } from './build.ts'
import { contentText, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import type { HandshakeMembership } from './make-membership.ts'
import { joinableVersion } from './receive-invite.ts'

/** Room versions whose rooms of other servers can be joined. */
export const joinableVersions: readonly string[] = roomVersions.map(({ id }) => id)

export interface Completing {
  readonly roomId: string
  readonly userId: string
  readonly membership: HandshakeMembership
  /** Keys of the content besides those of the template. */
  readonly content: JsonObject
}

/** A template as it was answered: it must be of what was asked for, and places the event in the room. */
export interface TemplateAnswer {
  readonly room_version?: string | undefined
  readonly event?: unknown
}

export interface CompletedEvent {
  readonly rules: RoomVersionRules
  readonly event: SignedEvent
}

/** Completes and signs the event. Throws M_INCOMPATIBLE_ROOM_VERSION, and M_UNKNOWN for a template that is none. */
export function completeTemplate(
  context: RoomsContext,
  completing: Completing,
  answer: TemplateAnswer,
): CompletedEvent {
  const rules = joinableVersion(answer.room_version ?? '1')
  const { roomId, userId, membership, content } = completing
  const template = isObject(answer.event) ? answer.event : {}
  const { depth, prev_events: previous, auth_events: cited } = template
  if (!isReferences(previous, rules) || !isReferences(cited, rules) || typeof depth !== 'number')
    throw new MatrixError('M_UNKNOWN', 'The other server gave no usable template', { status: 502 })
  const given = isObject(template['content']) ? template['content'] : {}
  // "In case any of the above checks fail, the response MUST be treated as malformed and discarded."
  const isExpected =
    template['type'] === 'm.room.member' &&
    template['room_id'] === roomId &&
    template['sender'] === userId &&
    template['state_key'] === userId &&
    given['membership'] === membership
  if (!isExpected)
    throw new MatrixError('M_UNKNOWN', 'The other server gave the template of another event', { status: 502 })
  const voucher = given['join_authorised_via_users_server']
  const event = signTemplate(context, rules, {
    type: 'm.room.member',
    sender: userId,
    state_key: userId,
    room_id: roomId,
    content: {
      ...content,
      membership,
      ...(membership === 'join' && typeof voucher === 'string' ? { join_authorised_via_users_server: voucher } : {}),
    },
    origin_server_ts: context.environment.now(),
    depth,
    prev_events: previous,
    auth_events: cited,
  })
  return { rules, event }
}

/** Whether these name events in the way of the room's version. */
function isReferences(value: unknown, { eventReferences }: RoomVersionRules): value is EventReference[] {
  const isReference = (each: unknown) =>
    eventReferences === 'ids'
      ? typeof each === 'string'
      : Array.isArray(each) && each.length === 2 && typeof each[0] === 'string' && isObject(each[1])
  return Array.isArray(value) && value.every(isReference)
}

/**
 * Tries servers in turn until one succeeds, each that refuses or fails followed by the next: one may be out of the room,
 * or unable to let the user in. Throws what says most of what they answered, or the signal's reason.
 */
export async function tryServers<T>(
  servers: readonly string[],
  attempt: (server: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let failure: MatrixError | undefined
  for (const server of servers.slice(0, joinServersTriedMax)) {
    signal?.throwIfAborted()
    try {
      return await attempt(server)
    } catch (error) {
      if (signal?.aborted || !(error instanceof MatrixError)) throw error
      if (failure === undefined || weightOf(error) > weightOf(failure)) failure = error
    }
  }
  throw failure ?? new MatrixError('M_NOT_FOUND', 'No server is known that is in the room')
}

/** A verdict on the user says more than that a server does not know the room, and that more than no answer. */
function weightOf(error: MatrixError): number {
  if (error.errcode === 'M_INCOMPATIBLE_ROOM_VERSION' || error.errcode === 'M_FORBIDDEN') return 3
  const { refusal } = error instanceof FederationError ? error : { refusal: error }
  return refusal === undefined ? 0 : refusal.status === 404 ? 1 : 2
}

/** "If the `room_version` in the create event is not the one of make_join, the join fails." */
export async function requireCreate(
  room: HotRoom,
  { root, server }: { readonly root: number; readonly server: string },
): Promise<void> {
  const [create] = await room.events([room.stateNidAt(root, 'm.room.create')])
  if (create === undefined || (contentText(create.content, 'room_version') ?? '1') !== room.rules.id)
    throw new FederationError('malformed', server, 'gave the state of another room')
}
