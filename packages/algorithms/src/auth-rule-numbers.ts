// How the specification numbers its authorisation rules. The text of each room version counts only the rules that version
// has, so the number of a rule follows from the version's features. `join` is the number of the list of rules for joins:
// its third rule is `${join}.3`. https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules

/** What decides the numbering. */
export interface AuthRuleFeatures {
  readonly roomIdIsCreateHash: boolean
  readonly aliasesRule: boolean
  readonly restrictedJoins: boolean
  readonly knocking: boolean
  readonly integerPowerLevels: boolean
  readonly privilegedCreators: boolean
}

/** Rule numbers of one room version; a rule the version lacks has the empty text. */
export type AuthRuleNumbers = Readonly<
  Record<
    (typeof topRules)[number] | (typeof memberRules)[number] | (typeof joinRules)[number] | (typeof powerRules)[number],
    string
  >
>

const topRules = [
  'create',
  'roomIsCreate',
  'authEvents',
  'federate',
  'aliases',
  'member',
  'senderJoined',
  'thirdPartyInvite',
  'requiredLevel',
  'stateKey',
  'powerLevels',
  'redaction',
] as const
const memberRules = [
  'memberFormat',
  'joinAuthorised',
  'join',
  'invite',
  'leave',
  'ban',
  'knock',
  'memberUnknown',
] as const
const joinRules = [
  'joinFirst',
  'joinSender',
  'joinBanned',
  'joinInvited',
  'joinRestricted',
  'joinPublic',
  'joinOtherwise',
] as const
const powerRules = [
  'powerScalarTypes',
  'powerMapTypes',
  'powerUserTypes',
  'powerCreators',
  'powerFirst',
  'powerScalars',
  'powerOldEntries',
  'powerNewEntries',
  'powerOldUsers',
  'powerNewUsers',
] as const

const number = <Name extends string>(
  names: readonly Name[],
  missing: ReadonlySet<string>,
  prefix = '',
): Record<Name, string> => {
  let last = 0
  const numbered = names.map((name) => [name, missing.has(name) ? '' : `${prefix}${++last}`] as const)
  return Object.fromEntries(numbered) as Record<Name, string>
}

/** The numbers of a room version's rules. */
export const authRuleNumbers = (features: AuthRuleFeatures & { readonly redactionRule: boolean }): AuthRuleNumbers => {
  const missing = new Set<string>()
  if (!features.roomIdIsCreateHash) missing.add('roomIsCreate')
  if (!features.aliasesRule) missing.add('aliases')
  if (!features.redactionRule) missing.add('redaction')
  if (!features.restrictedJoins) missing.add('joinAuthorised').add('joinRestricted')
  if (!features.knocking) missing.add('knock')
  if (!features.integerPowerLevels) missing.add('powerScalarTypes').add('powerMapTypes')
  if (!features.privilegedCreators) missing.add('powerCreators')
  const top = number(topRules, missing)
  const ofMember = number(memberRules, missing, `${top.member}.`)
  const ofJoin = number(joinRules, missing, `${ofMember.join}.`)
  return { ...top, ...ofMember, ...ofJoin, ...number(powerRules, missing, `${top.powerLevels}.`) }
}
