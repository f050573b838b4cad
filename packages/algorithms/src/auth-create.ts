// Authorisation of m.room.create: rule 1 of every room version.
import { type Rejection, reject } from './auth-context.ts'
import type { AuthEvent } from './event.ts'
import { member } from './json.ts'
import { type RoomVersionRules, roomVersion } from './room-version.ts'
import { isUserId, serverNameOf } from './user-id.ts'

/** Whether an event may create a room. */
export const authorizeCreate = (event: AuthEvent, rules: RoomVersionRules): Rejection | undefined => {
  const rule = rules.authRules.create
  if (event.prevEvents.length > 0) return reject(`${rule}.1`, 'a create event has no prev_events')
  if (rules.roomIdIsCreateHash) {
    if (event.roomId !== undefined) return reject(`${rule}.2`, 'the create event has a room_id')
  } else if (event.roomId === undefined || serverNameOf(event.roomId) !== serverNameOf(event.sender)) {
    return reject(`${rule}.2`, "the room_id is not of the sender's server")
  }
  const version = member(event.content, 'room_version')
  const isRecognised = version === undefined || (typeof version === 'string' && roomVersion(version) !== undefined)
  if (!isRecognised) return reject(`${rule}.3`, 'the room version is not recognised')
  if (rules.creatorInContent && member(event.content, 'creator') === undefined)
    return reject(`${rule}.4`, 'there is no creator')
  if (rules.privilegedCreators) return additionalCreators(member(event.content, 'additional_creators'), `${rule}.4`)
  return undefined
}

const additionalCreators = (creators: unknown, rule: string): Rejection | undefined =>
  creators === undefined || (Array.isArray(creators) && creators.every(isUserId))
    ? undefined
    : reject(rule, 'additional_creators is not a list of user ids')
