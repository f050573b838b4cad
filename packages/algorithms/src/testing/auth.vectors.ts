// Vectors for the authorisation rules: a room, an event, and the rule that refuses it or none. Each rule is named by its
// key in `AuthRuleNumbers` and what follows it on the page; they run for every room version they hold in.
import { creationVectors, roomVectors } from './auth-event.vectors.ts'
import {
  departureVectors,
  inviteVectors,
  joinVectors,
  knockVectors,
  thirdPartyInviteVectors,
} from './auth-member.vectors.ts'
import { powerChangeVectors, powerTypeVectors, redactionVectors } from './auth-power-levels.vectors.ts'
import { type Vector, eventOf, stateOf } from './auth-room.vectors.ts'
import type { AuthRuleNumbers } from '../auth-rule-numbers.ts'
import type { authorize } from '../auth.ts'
import type { RoomVersionRules } from '../room-version.ts'

/** Every vector. */
export const vectors: readonly Vector[] = [
  ...creationVectors,
  ...roomVectors,
  ...joinVectors,
  ...inviteVectors,
  ...thirdPartyInviteVectors,
  ...departureVectors,
  ...knockVectors,
  ...powerTypeVectors,
  ...powerChangeVectors,
  ...redactionVectors,
]

/** The room versions a vector holds in. */
export const versionsOf = ({ versions: [from, to] = [1, 12] }: Pick<Vector, 'versions'>): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

/** The number on the page of the rule that refuses: with joins under 5.2, `join.3` is 5.2.3. */
export const expectedRule = ({ refusedBy }: Vector, numbers: AuthRuleNumbers): string | undefined => {
  if (refusedBy === undefined) return undefined
  const dot = refusedBy.indexOf('.')
  const name = dot < 0 ? refusedBy : refusedBy.slice(0, dot)
  return numbers[name as keyof AuthRuleNumbers] + (dot < 0 ? '' : refusedBy.slice(dot))
}

/** The number of the rule by which `judge` refuses a vector's event. */
export const judgedRule = (vector: Vector, rules: RoomVersionRules, judge: typeof authorize): string | undefined => {
  const version = Number(rules.id)
  const state = stateOf(version, vector.given)
  return judge(eventOf(version, vector), (type, key) => state.get(`${type} ${key}`), rules)?.rule
}
