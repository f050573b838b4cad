// Vectors for the choice of auth events and for what events cite, in the order of the rules.
import { creator, eventOf, stateOf } from './auth-room.vectors.ts'
import type { authTypes, authorizeAuthEvents } from '../auth-events.ts'
import type { AuthEvent } from '../event.ts'
import type { JsonObject } from '../json.ts'
import type { RoomVersionRules } from '../room-version.ts'

/** An event and the keys of the state that authorises it, without `m.room.`. */
export interface ChoiceVector {
  readonly name: string
  readonly version: number
  readonly event: Parameters<typeof authTypes>[0]
  readonly keys: readonly string[]
}

const member = (membership: string, more: JsonObject = {}, stateKey = '@b:b') => ({
  type: 'm.room.member',
  sender: '@a:a',
  stateKey,
  content: { membership, ...more },
})
const message = { type: 'x', sender: '@a:a', content: {} }
const signed = { third_party_invite: { signed: { token: 't' } } }
const authorised = { join_authorised_via_users_server: '@c:c' }
const base = ['power_levels', 'member @a:a', 'member @b:b']
const choice = (
  name: string,
  version: number,
  event: ChoiceVector['event'],
  keys: readonly string[],
): ChoiceVector => ({
  name,
  version,
  event,
  keys,
})

export const choiceVectors: readonly ChoiceVector[] = [
  choice('a create event', 11, { ...message, type: 'm.room.create', stateKey: '' }, []),
  choice('a create event', 12, { ...message, type: 'm.room.create', stateKey: '' }, []),
  choice('a message', 11, message, ['create', 'power_levels', 'member @a:a']),
  choice('a message', 12, message, ['power_levels', 'member @a:a']),
  choice('a message that speaks of membership', 12, { ...member('join', authorised), type: 'x' }, [
    'power_levels',
    'member @a:a',
  ]),
  choice('a membership without state key', 12, { ...message, type: 'm.room.member' }, ['power_levels', 'member @a:a']),
  choice('a kick', 12, member('leave'), base),
  choice('a ban', 12, member('ban'), base),
  choice('a join', 12, member('join', {}, '@a:a'), ['power_levels', 'member @a:a', 'join_rules']),
  choice('an invite', 12, member('invite'), [...base, 'join_rules']),
  choice('a knock', 12, member('knock', {}, '@a:a'), ['power_levels', 'member @a:a', 'join_rules']),
  choice('a knock before version 7', 6, member('knock'), ['create', ...base]),
  choice('a third-party invite', 1, member('invite', signed), [
    'create',
    ...base,
    'join_rules',
    'third_party_invite t',
  ]),
  choice('a join that holds a third-party invite', 12, member('join', signed), [...base, 'join_rules']),
  choice('a restricted join', 8, member('join', authorised), ['create', ...base, 'join_rules', 'member @c:c']),
  choice('a restricted join before version 8', 7, member('join', authorised), ['create', ...base, 'join_rules']),
  choice('a departure that names an authoriser', 12, member('leave', authorised), base),
  choice('a join authorised by the target', 12, member('join', { join_authorised_via_users_server: '@b:b' }), [
    ...base,
    'join_rules',
  ]),
  choice('a join authorised by the sender', 12, member('join', { join_authorised_via_users_server: '@a:a' }), [
    ...base,
    'join_rules',
  ]),
]

/** What is chosen for a vector's event. */
export const chosenKeys = (
  { event }: ChoiceVector,
  rules: RoomVersionRules,
  choose: typeof authTypes,
): readonly string[] => choose(event, rules).map(([type, key]) => `${type.slice('m.room.'.length)} ${key}`.trim())

/** Events cited by a message of the creator of the usual room. */
export interface CitationVector {
  readonly name: string
  readonly versions: readonly [from: number, to: number]
  /** Keys of the state cited. */
  readonly cites: readonly string[]
  /** How the events cited differ. */
  readonly change?: Partial<AuthEvent>
  /** The rule within the list for auth events that refuses them. */
  readonly refusedBy?: number
}

const own = `m.room.member ${creator}`
const usual = ['m.room.power_levels ', own]
const withCreate = ['m.room.create ', ...usual]

export const citationVectors: readonly CitationVector[] = [
  { name: 'the right events', versions: [1, 11], cites: withCreate },
  { name: 'the right events', versions: [12, 12], cites: usual },
  { name: 'fewer than there are', versions: [12, 12], cites: [] },
  { name: 'an event twice', versions: [1, 11], cites: [...withCreate, own], refusedBy: 1 },
  { name: 'an event twice', versions: [12, 12], cites: [...usual, own], refusedBy: 1 },
  {
    name: 'an event that authorises nothing here',
    versions: [1, 11],
    cites: [...withCreate, 'm.room.join_rules '],
    refusedBy: 2,
  },
  { name: 'another member', versions: [12, 12], cites: [...usual, 'm.room.member @user:b'], refusedBy: 2 },
  { name: 'the create event', versions: [12, 12], cites: withCreate, refusedBy: 2 },
  {
    name: 'an event that is no state',
    versions: [12, 12],
    cites: ['m.room.power_levels '],
    change: { stateKey: undefined },
    refusedBy: 2,
  },
  { name: 'rejected events', versions: [1, 11], cites: withCreate, change: { rejected: true }, refusedBy: 3 },
  { name: 'rejected events', versions: [12, 12], cites: usual, change: { rejected: true }, refusedBy: 3 },
  { name: 'no create event', versions: [1, 11], cites: usual, refusedBy: 4 },
  {
    name: 'events of another room',
    versions: [1, 11],
    cites: withCreate,
    change: { roomId: '!elsewhere:a' },
    refusedBy: 5,
  },
  { name: 'events of another room', versions: [12, 12], cites: usual, change: { roomId: '!elsewhere' }, refusedBy: 5 },
]

/** The event that cites, and what it cites. */
export const citationOf = ({ cites, change }: CitationVector, version: number) => {
  const state = stateOf(version)
  const authEvents = cites.flatMap((key) => state.get(key) ?? []).map((event) => Object.assign({}, event, change))
  return {
    event: eventOf(version, { name: '', event: { sender: creator } }),
    authEvents,
    create: state.get('m.room.create '),
  }
}

/** The number of the rule by which `judge` refuses what is cited. */
export const judgedCitation = (
  vector: CitationVector,
  rules: RoomVersionRules,
  judge: typeof authorizeAuthEvents,
): string | undefined => {
  const { event, authEvents } = citationOf(vector, Number(rules.id))
  return judge(event, authEvents, rules)?.rule
}

/** The number of the rule that has to refuse it. */
export const expectedCitation = ({ refusedBy }: CitationVector, rules: RoomVersionRules): string | undefined =>
  refusedBy === undefined ? undefined : `${rules.authRules.authEvents}.${refusedBy}`
