// Authorisation of m.room.power_levels: nobody hands out, takes or touches more power than they have.
// https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules (rule 10; rule 9 in room versions 6 to 11)
import { type AuthContext, type Rejection, levelsOf, reject } from './auth-context.ts'
import { type JsonObject, isObject, member, objectMember } from './json.ts'
import { readLevel, scalarLevels } from './power-levels.ts'
import { creatorsOf } from './room-creators.ts'
import type { RoomVersionRules } from './room-version.ts'
import { isUserId } from './user-id.ts'

/** Whether a change of power levels is allowed by those in force. */
export const authorizePowerLevels = (context: AuthContext): Rejection | undefined => {
  const { event, rules, state, create } = context
  const numbers = rules.authRules
  const malformed = authorizeTypes(event.content, rules)
  if (malformed !== undefined) return malformed
  const users = objectMember(event.content, 'users') ?? {}
  if (rules.privilegedCreators && creatorsOf(create, rules).some((creator) => Object.hasOwn(users, creator))) {
    return reject(numbers.powerCreators, "creators' power cannot be set")
  }
  const current = state('m.room.power_levels', '')
  if (current === undefined) return undefined
  const change = { old: current.content, new: event.content, power: levelsOf(context).of(event.sender), rules }
  return (
    changedScalars(change) ??
    changedEntries(change, 'events') ??
    changedNotifications(change) ??
    changedUsers(change, event.sender)
  )
}

const authorizeTypes = (content: JsonObject, rules: RoomVersionRules): Rejection | undefined => {
  const numbers = rules.authRules
  if (rules.integerPowerLevels) {
    const isInteger = (name: string): boolean => !Object.hasOwn(content, name) || Number.isInteger(content[name])
    if (!scalarLevels.every(isInteger)) return reject(numbers.powerScalarTypes, 'a power level is not an integer')
    const areIntegers = (name: string): boolean => !Object.hasOwn(content, name) || isMapOfLevels(content[name], rules)
    if (!['events', 'notifications'].every(areIntegers))
      return reject(numbers.powerMapTypes, 'events or notifications is malformed')
  }
  if (!Object.hasOwn(content, 'users')) return undefined
  const { users } = content
  return isMapOfLevels(users, rules) && Object.keys(users).every(isUserId)
    ? undefined
    : reject(numbers.powerUserTypes, 'users does not give levels to user ids')
}

const isMapOfLevels = (map: unknown, rules: RoomVersionRules): map is JsonObject =>
  isObject(map) && Object.values(map).every((value) => readLevel(value, rules) !== undefined)

interface Change {
  readonly old: JsonObject
  readonly new: JsonObject
  /** The level of the sender before the change. */
  readonly power: number
  readonly rules: RoomVersionRules
}

const changedScalars = ({ old, new: next, power, rules }: Change): Rejection | undefined => {
  const rule = rules.authRules.powerScalars
  for (const name of scalarLevels) {
    const before = readLevel(member(old, name), rules)
    const after = readLevel(member(next, name), rules)
    if (before === after) continue
    if (before !== undefined && before > power) return reject(`${rule}.1`, `${name} is above the sender's power`)
    if (after !== undefined && after > power) return reject(`${rule}.2`, `${name} would be above the sender's power`)
  }
  return undefined
}

/** Calls `visit` with every entry of a map of levels that differs, until it refuses one. */
const eachChange = (
  change: Change,
  map: string,
  visit: (name: string, before: number | undefined, after: number | undefined) => Rejection | undefined,
): Rejection | undefined => {
  const old = objectMember(change.old, map) ?? {}
  const next = objectMember(change.new, map) ?? {}
  const added = Object.keys(next).filter((name) => !Object.hasOwn(old, name))
  for (const name of [...Object.keys(old), ...added]) {
    const before = readLevel(member(old, name), change.rules)
    const after = readLevel(member(next, name), change.rules)
    const rejection = before === after ? undefined : visit(name, before, after)
    if (rejection !== undefined) return rejection
  }
  return undefined
}

const changedEntries = (change: Change, map: string): Rejection | undefined => {
  const { power, rules } = change
  const oldRule = rules.authRules.powerOldEntries
  const newRule = rules.authRules.powerNewEntries
  return eachChange(change, map, (name, before, after) => {
    if (before !== undefined && before > power)
      return reject(`${oldRule}.1`, `the level for ${name} is above the sender's power`)
    if (after !== undefined && after > power)
      return reject(`${newRule}.1`, `the level for ${name} would be above the sender's power`)
    return undefined
  })
}

const changedNotifications = (change: Change): Rejection | undefined =>
  change.rules.notificationLevels ? changedEntries(change, 'notifications') : undefined

const changedUsers = (change: Change, sender: string): Rejection | undefined => {
  const { power, rules } = change
  const oldRule = rules.authRules.powerOldUsers
  const newRule = rules.authRules.powerNewUsers
  return eachChange(change, 'users', (name, before, after) => {
    if (before !== undefined && name !== sender && before >= power) {
      return reject(`${oldRule}.1`, `${name} is not below the sender in power`)
    }
    if (after !== undefined && after > power)
      return reject(`${newRule}.1`, `${name} would be above the sender in power`)
    return undefined
  })
}
