// What every authorisation rule is told, and how one refuses.
import type { AuthEvent } from './event.ts'
import { stringMember } from './json.ts'
import { type PowerLevels, powerLevels } from './power-levels.ts'
import { creatorsOf } from './room-creators.ts'
import type { RoomVersionRules } from './room-version.ts'

/** Why an event is refused: the number of the rule on the page of the room's version, and the reason in words. */
export interface Rejection {
  readonly rule: string
  readonly reason: string
}

/** A refusal by a rule. */
export const reject = (rule: string, reason: string): Rejection => ({ rule, reason })

/** The state an event is judged by: what stands under a key, if anything. */
export type StateLookup = (type: string, stateKey: string) => AuthEvent | undefined

/** What a rule is told: the event, the state it is judged by, and the create event of that state. */
export interface AuthContext {
  readonly event: AuthEvent
  readonly rules: RoomVersionRules
  readonly state: StateLookup
  readonly create: AuthEvent
}

/** The power levels that the state sets. */
export const levelsOf = ({ state, create, rules }: AuthContext): PowerLevels =>
  powerLevels(state('m.room.power_levels', '')?.content, { rules, creators: creatorsOf(create, rules) })

/** A user's membership in the state; `leave` for who never was there. */
export const membershipOf = ({ state }: AuthContext, userId: string): string => {
  const event = state('m.room.member', userId)
  return event === undefined ? 'leave' : (stringMember(event.content, 'membership') ?? 'leave')
}

/** The room's join rule; `invite` where none is set. */
export const joinRuleOf = ({ state }: AuthContext): string => {
  const event = state('m.room.join_rules', '')
  return event === undefined ? 'invite' : (stringMember(event.content, 'join_rule') ?? 'invite')
}
