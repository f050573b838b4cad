// Authorisation of an invite that makes good a third-party invite.
// https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules (rule 5.4.1)
import { type AuthContext, type Rejection, membershipOf, reject } from './auth-context.ts'
import { CanonicalJsonError } from './canonical-json.ts'
import { type JsonObject, isObject, objectMember, stringMember } from './json.ts'
import { verifyThirdPartyInvite } from './third-party-invite.ts'

/** Whether `invite`, the `third_party_invite` of an invite to `target`, is the one the room holds. */
export const authorizeThirdPartyInvite = (
  context: AuthContext,
  target: string,
  invite: unknown,
): Rejection | undefined => {
  const { event, rules, state } = context
  const rule = `${rules.authRules.invite}.1`
  if (membershipOf(context, target) === 'ban') return reject(`${rule}.1`, 'the invited user is banned')
  const signed = isObject(invite) ? objectMember(invite, 'signed') : undefined
  if (signed === undefined) return reject(`${rule}.2`, 'third_party_invite has nothing signed')
  const mxid = stringMember(signed, 'mxid')
  const token = stringMember(signed, 'token')
  if (mxid === undefined || token === undefined) return reject(`${rule}.3`, 'what is signed lacks mxid or token')
  if (mxid !== target) return reject(`${rule}.4`, 'another user was invited')
  const original = state('m.room.third_party_invite', token)
  if (original === undefined) return reject(`${rule}.5`, 'the room holds no such third-party invite')
  if (original.sender !== event.sender) return reject(`${rule}.6`, 'somebody else made the third-party invite')
  return isSigned(signed, original.content) ? undefined : reject(`${rule}.8`, 'no key of the third-party invite signed')
}

const isSigned = (signed: JsonObject, original: JsonObject): boolean => {
  try {
    return verifyThirdPartyInvite(signed, original)
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false
    throw error
  }
}
