// Power levels: who has which and what needs which, read from the content of m.room.power_levels as its room version says.
// https://spec.matrix.org/v1.19/client-server-api/#mroompower_levels
import { type JsonObject, member, objectMember } from './json.ts'
import type { RoomVersionRules } from './room-version.ts'

/** The levels of a room. Creators of rooms that privilege them have `Infinity`. */
export interface PowerLevels {
  /** The level of a user. */
  of(userId: string): number
  /** The level needed to send an event of a type. */
  required(type: string, isState: boolean): number
  /** The level needed for a kind of notification, such as `room`. */
  notifications(key: string): number
  readonly ban: number
  readonly kick: number
  readonly invite: number
  readonly redact: number
}

/** What levels are read by besides the content. */
export interface PowerLevelsContext {
  readonly rules: RoomVersionRules
  /** `creatorsOf` the room. */
  readonly creators: readonly string[]
}

/** The levels that stand alone in the content. */
export const scalarLevels = [
  'users_default',
  'events_default',
  'state_default',
  'ban',
  'redact',
  'kick',
  'invite',
] as const

const integerText = /^\s*[+-]?\d+\s*$/

/** A level as the room version reads it; undefined for what is none, such as text or a float where only integers count. */
export const readLevel = (value: unknown, rules: RoomVersionRules): number | undefined => {
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return value
    // "the value is truncated at the decimal point"; adding 0 makes zero of minus zero
    return rules.floatPowerLevels && Number.isFinite(value) ? Math.trunc(value) + 0 : undefined
  }
  const isText = typeof value === 'string' && !rules.integerPowerLevels && integerText.test(value)
  return isText && Number.isFinite(Number(value)) ? Number(value) : undefined
}

const known = new WeakMap<JsonObject, { readonly context: PowerLevelsContext; readonly levels: PowerLevels }>()

/** The levels of a room whose m.room.power_levels has this content, or which has none. Remembered for each content. */
export const powerLevels = (content: JsonObject | undefined, context: PowerLevelsContext): PowerLevels => {
  if (content === undefined) return withoutEvent(context)
  const found = known.get(content)
  if (found?.context.rules === context.rules && found.context.creators === context.creators) return found.levels
  const levels = withEvent(content, context)
  known.set(content, { context, levels })
  return levels
}

const privileged = ({ rules, creators }: PowerLevelsContext): readonly string[] =>
  rules.privilegedCreators ? creators : []

const withEvent = (content: JsonObject, context: PowerLevelsContext): PowerLevels => {
  const { rules } = context
  const scalar = (name: string, otherwise: number): number => readLevel(member(content, name), rules) ?? otherwise
  const entry = (map: JsonObject | undefined, name: string): number | undefined =>
    map === undefined ? undefined : readLevel(member(map, name), rules)
  const users = objectMember(content, 'users')
  const events = objectMember(content, 'events')
  const notifications = objectMember(content, 'notifications')
  const usersDefault = scalar('users_default', 0)
  const eventsDefault = scalar('events_default', 0)
  const stateDefault = scalar('state_default', 50)
  const creators = privileged(context)
  return {
    of: (userId) => (creators.includes(userId) ? Infinity : (entry(users, userId) ?? usersDefault)),
    required: (type, isState) => entry(events, type) ?? (isState ? stateDefault : eventsDefault),
    notifications: (key) => entry(notifications, key) ?? 50,
    ban: scalar('ban', 50),
    kick: scalar('kick', 50),
    invite: scalar('invite', 0),
    redact: scalar('redact', 50),
  }
}

/** "If there is no m.room.power_levels event in the room, the creator has a power level of 100 and all others have 0." */
const withoutEvent = (context: PowerLevelsContext): PowerLevels => {
  const creators = privileged(context)
  const [creator] = context.creators
  return {
    of: (userId) => (creators.includes(userId) ? Infinity : userId === creator ? 100 : 0),
    required: (_type, isState) => (isState ? 50 : 0),
    notifications: () => 50,
    ban: 50,
    kick: 50,
    invite: 0,
    redact: 50,
  }
}
