// What a redaction leaves of an event, per room version, as data.
// https://spec.matrix.org/v1.19/rooms/v1/#redactions and the pages of versions 6, 8, 9 and 11

/** Which keys survive a redaction. */
export interface RedactionRules {
  readonly topLevel: readonly string[]
  /** Event type → keys of `content` kept, or every key. Types not named keep none. */
  readonly content: Readonly<Record<string, readonly string[] | 'all'>>
  /** Whether a member event keeps `third_party_invite.signed`. */
  readonly keepsSignedInvite: boolean
}

const topLevelV1 = [
  'event_id',
  'type',
  'room_id',
  'sender',
  'state_key',
  'content',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'prev_state',
  'auth_events',
  'origin',
  'origin_server_ts',
  'membership',
]
const powerLevelsV1 = ['ban', 'events', 'events_default', 'kick', 'redact', 'state_default', 'users', 'users_default']

const contentV6 = {
  'm.room.member': ['membership'],
  'm.room.create': ['creator'],
  'm.room.join_rules': ['join_rule'],
  'm.room.power_levels': powerLevelsV1,
  'm.room.history_visibility': ['history_visibility'],
}

/** Room versions 1 to 5. */
export const redactionV1: RedactionRules = {
  topLevel: topLevelV1,
  content: { ...contentV6, 'm.room.aliases': ['aliases'] },
  keepsSignedInvite: false,
}
/** Room versions 6 and 7: without `m.room.aliases`. */
export const redactionV6: RedactionRules = { ...redactionV1, content: contentV6 }
/** Room version 8: with the `allow` of join rules. */
export const redactionV8: RedactionRules = {
  ...redactionV6,
  content: { ...redactionV6.content, 'm.room.join_rules': ['join_rule', 'allow'] },
}
/** Room versions 9 and 10: with `join_authorised_via_users_server`. */
export const redactionV9: RedactionRules = {
  ...redactionV8,
  content: { ...redactionV8.content, 'm.room.member': ['membership', 'join_authorised_via_users_server'] },
}
/** Room versions 11 and 12. */
export const redactionV11: RedactionRules = {
  topLevel: topLevelV1.filter((key) => !['prev_state', 'origin', 'membership'].includes(key)),
  content: {
    ...redactionV9.content,
    'm.room.create': 'all',
    'm.room.power_levels': [...powerLevelsV1, 'invite'],
    'm.room.redaction': ['redacts'],
  },
  keepsSignedInvite: true,
}
