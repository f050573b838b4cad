// The room in which the authorisation vectors play, and the words they are written in.
import type { AuthEvent } from '../event.ts'
import type { JsonObject } from '../json.ts'
import { signJson, signingKeyFromSeed } from '../signatures.ts'
import { encodeBase64 } from '../base64.ts'

/** How a room differs from the usual one. */
export interface Given {
  readonly joinRule?: string | null
  readonly members?: Readonly<Record<string, string>>
  /** Content of the power levels; null: the room has none. Members given are laid over the usual ones. */
  readonly levels?: JsonObject | null
  readonly create?: JsonObject
  readonly noCreate?: boolean
  readonly rejectedCreate?: boolean
  readonly thirdPartyInvite?: JsonObject
}

export interface Vector {
  readonly name: string
  /** First and last room version it holds in; all of them when absent. */
  readonly versions?: readonly [from: number, to: number]
  readonly given?: Given
  readonly event: Partial<AuthEvent>
  /** The rule that refuses the event, as in `join.3`; undefined: it is allowed. */
  readonly refusedBy?: string
}

export const creator = '@creator:a'
export const admin = '@admin:a'
export const mod = '@mod:a'
export const peer = '@peer:b'
export const user = '@user:b'
export const banned = '@banned:b'
export const invited = '@invited:b'
export const knocked = '@knocked:b'
export const stranger = '@stranger:b'

/** Membership in the usual room. */
export const usualMembers: Readonly<Record<string, string>> = {
  [creator]: 'join',
  [admin]: 'join',
  [mod]: 'join',
  [peer]: 'join',
  [user]: 'join',
  [banned]: 'ban',
  [invited]: 'invite',
  [knocked]: 'knock',
}

/** Power levels of the usual room. */
export const usualLevels: JsonObject = {
  users: { [admin]: 100, [mod]: 50, [peer]: 50 },
  users_default: 0,
  events_default: 0,
  state_default: 30,
  events: { 'm.room.name': 20, 'm.room.power_levels': 50, 'm.secret': 70 },
  notifications: { room: 50, high: 80 },
  ban: 50,
  kick: 40,
  invite: 10,
  redact: 45,
}

const identityKey = signingKeyFromSeed('ed25519:0', Buffer.alloc(32, 9))
export const publicKey = encodeBase64(identityKey.publicKey)
export const signedInvite = (mxid: string) => signJson({ mxid, token: 'token' }, 'identity.example', identityKey)

export const membership = (sender: string, stateKey: string, content: JsonObject): Partial<AuthEvent> => ({
  type: 'm.room.member',
  sender,
  stateKey,
  content,
})
export const join = (sender: string, more: JsonObject = {}) =>
  membership(sender, sender, { membership: 'join', ...more })
export const invite = (sender: string, target: string) => membership(sender, target, { membership: 'invite' })
export const leave = (sender: string, target: string) => membership(sender, target, { membership: 'leave' })
export const ban = (sender: string, target: string) => membership(sender, target, { membership: 'ban' })
export const knock = (sender: string, target = sender) => membership(sender, target, { membership: 'knock' })
export const message = (sender: string, type = 'm.room.message') => ({ type, sender, content: {} })
export const state = (sender: string, type: string, stateKey = '') => ({ type, sender, stateKey, content: {} })
export const levels = (sender: string, content: JsonObject) => ({
  type: 'm.room.power_levels',
  sender,
  stateKey: '',
  content: { ...usualLevels, ...content },
})
export const without = (name: string): JsonObject =>
  Object.fromEntries(Object.entries(usualLevels).filter(([key]) => key !== name))
export const users = (more: JsonObject) => ({ users: { ...(usualLevels['users'] as JsonObject), ...more } })
export const create = (content: JsonObject, more: Partial<AuthEvent> = {}): Partial<AuthEvent> => ({
  type: 'm.room.create',
  sender: creator,
  stateKey: '',
  content,
  prevEvents: [],
  ...more,
})

/** The room of a vector in a room version, as what stands under each key of its state. */
export const stateOf = (version: number, given: Given = {}): ReadonlyMap<string, AuthEvent> => {
  const roomId = version === 12 ? '!create' : '!r:a'
  const event = (type: string, stateKey: string, content: JsonObject, sender = creator): AuthEvent => ({
    eventId: `$${type}${stateKey}`,
    roomId,
    type,
    stateKey,
    sender,
    content,
    prevEvents: [],
  })
  const usual: JsonObject = version <= 10 ? { creator } : {}
  const events = [
    given.noCreate === true
      ? []
      : [
          {
            ...event('m.room.create', '', { ...usual, ...given.create }),
            eventId: '$create',
            rejected: given.rejectedCreate,
          },
        ],
    given.joinRule === null ? [] : [event('m.room.join_rules', '', { join_rule: given.joinRule ?? 'invite' })],
    given.levels === null ? [] : [event('m.room.power_levels', '', given.levels ?? usualLevels)],
    given.thirdPartyInvite === undefined
      ? []
      : [event('m.room.third_party_invite', 'token', given.thirdPartyInvite, user)],
    Object.entries({ ...usualMembers, ...given.members }).map(([userId, membership]) =>
      event('m.room.member', userId, { membership }, userId),
    ),
  ].flat()
  return new Map(events.map((one) => [`${one.type} ${one.stateKey}`, one]))
}

/** The event of a vector in a room version. */
export const eventOf = (version: number, { event }: Vector): AuthEvent => ({
  eventId: '$event',
  roomId: version === 12 ? '!create' : '!r:a',
  type: 'x',
  sender: user,
  content: {},
  prevEvents: ['$x'],
  ...event,
})
