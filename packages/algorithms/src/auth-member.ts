// Authorisation of m.room.member, one function for each membership.
// https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules (rule 5; rule 4 in room versions 6 to 11)
import { type AuthContext, type Rejection, joinRuleOf, levelsOf, membershipOf, reject } from './auth-context.ts'
import { authorizeThirdPartyInvite } from './auth-third-party-invite.ts'
import { member, stringMember } from './json.ts'
import { creatorsOf } from './room-creators.ts'
import { isUserId } from './user-id.ts'

/** Whether a change of membership is allowed by the state. */
export const authorizeMember = (context: AuthContext): Rejection | undefined => {
  const { event, rules } = context
  const numbers = rules.authRules
  const membership = stringMember(event.content, 'membership')
  const target = event.stateKey
  if (target === undefined || membership === undefined) {
    return reject(`${numbers.memberFormat}`, 'a member event has a state_key and a membership')
  }
  if (rules.restrictedJoins && !isAuthoriserPlausible(context)) {
    return reject(`${numbers.joinAuthorised}.1`, "the authorising user's server did not sign")
  }
  if (membership === 'join') return authorizeJoin(context, target)
  if (membership === 'invite') return authorizeInvite(context, target)
  if (membership === 'leave') return authorizeLeave(context, target)
  if (membership === 'ban') return authorizeBan(context, target)
  if (membership === 'knock' && rules.knocking) return authorizeKnock(context, target)
  return reject(numbers.memberUnknown, `the membership ${membership} is unknown`)
}

/** False when `join_authorised_via_users_server` names nobody, or its server's signature was found wanting. */
const isAuthoriserPlausible = ({ event }: AuthContext): boolean => {
  const authoriser = member(event.content, 'join_authorised_via_users_server')
  return authoriser === undefined || (isUserId(authoriser) && event.authorisingServerSigned !== false)
}

const authorizeJoin = (context: AuthContext, target: string): Rejection | undefined => {
  const { event, rules, create } = context
  const numbers = rules.authRules
  const isFirst = event.prevEvents.length === 1 && event.prevEvents[0] === create.eventId
  if (isFirst && target === creatorsOf(create, rules)[0]) return undefined
  if (event.sender !== target) return reject(numbers.joinSender, 'nobody can make others join')
  const current = membershipOf(context, target)
  if (current === 'ban') return reject(numbers.joinBanned, 'the user is banned')
  const isWelcome = current === 'join' || current === 'invite'
  const joinRule = joinRuleOf(context)
  if (joinRule === 'public') return undefined
  if (joinRule === 'invite' || (joinRule === 'knock' && rules.knocking)) {
    return isWelcome ? undefined : reject(numbers.joinInvited, 'the user is not invited')
  }
  const isRestricted =
    (joinRule === 'restricted' && rules.restrictedJoins) ||
    (joinRule === 'knock_restricted' && rules.knockRestrictedJoins)
  if (!isRestricted) return reject(numbers.joinOtherwise, `the join rule ${joinRule} lets nobody in`)
  return isWelcome || isAuthorised(context)
    ? undefined
    : reject(`${numbers.joinRestricted}.2`, 'no joined user who may invite authorised the join')
}

/** Whether `join_authorised_via_users_server` is a joined user "with sufficient permission to invite other users". */
const isAuthorised = (context: AuthContext): boolean => {
  const authoriser = stringMember(context.event.content, 'join_authorised_via_users_server')
  if (authoriser === undefined || membershipOf(context, authoriser) !== 'join') return false
  const levels = levelsOf(context)
  return levels.of(authoriser) >= levels.invite
}

const authorizeInvite = (context: AuthContext, target: string): Rejection | undefined => {
  const { event, rules } = context
  const rule = rules.authRules.invite
  const invite = member(event.content, 'third_party_invite')
  if (invite !== undefined) return authorizeThirdPartyInvite(context, target, invite)
  if (membershipOf(context, event.sender) !== 'join') return reject(`${rule}.2`, 'the inviter is not in the room')
  const current = membershipOf(context, target)
  if (current === 'join' || current === 'ban') return reject(`${rule}.3`, `the invited user's membership is ${current}`)
  const levels = levelsOf(context)
  return levels.of(event.sender) >= levels.invite
    ? undefined
    : reject(`${rule}.5`, 'the inviter lacks the power to invite')
}

const authorizeLeave = (context: AuthContext, target: string): Rejection | undefined => {
  const { event, rules } = context
  const rule = rules.authRules.leave
  const own = membershipOf(context, event.sender)
  if (event.sender === target) {
    const mayLeave = own === 'invite' || own === 'join' || (own === 'knock' && rules.knocking)
    return mayLeave ? undefined : reject(`${rule}.1`, 'the user is not in the room')
  }
  if (own !== 'join') return reject(`${rule}.2`, 'the sender is not in the room')
  const levels = levelsOf(context)
  const power = levels.of(event.sender)
  if (membershipOf(context, target) === 'ban' && power < levels.ban) {
    return reject(`${rule}.3`, 'the sender lacks the power to unban')
  }
  return power >= levels.kick && levels.of(target) < power
    ? undefined
    : reject(`${rule}.5`, 'the sender lacks the power to kick the user')
}

const authorizeBan = (context: AuthContext, target: string): Rejection | undefined => {
  const { event, rules } = context
  const rule = rules.authRules.ban
  if (membershipOf(context, event.sender) !== 'join') return reject(`${rule}.1`, 'the sender is not in the room')
  const levels = levelsOf(context)
  const power = levels.of(event.sender)
  return power >= levels.ban && levels.of(target) < power
    ? undefined
    : reject(`${rule}.3`, 'the sender lacks the power to ban the user')
}

const authorizeKnock = (context: AuthContext, target: string): Rejection | undefined => {
  const { event, rules } = context
  const rule = rules.authRules.knock
  const joinRule = joinRuleOf(context)
  if (joinRule !== 'knock' && !(joinRule === 'knock_restricted' && rules.knockRestrictedJoins)) {
    return reject(`${rule}.1`, 'the room does not allow knocking')
  }
  if (event.sender !== target) return reject(`${rule}.2`, 'nobody can knock for others')
  const current = membershipOf(context, target)
  const mayKnock = current !== 'ban' && current !== 'invite' && current !== 'join'
  return mayKnock ? undefined : reject(`${rule}.4`, `the user's membership is ${current}`)
}
