// Redaction, per room version: what is kept and what is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { redact } from './redaction.ts'
import { roomVersions } from './room-version.ts'

const everything = {
  event_id: '$a:b',
  type: 'm.room.topic',
  room_id: '!r:b',
  sender: '@a:b',
  state_key: '',
  content: { topic: 'x' },
  hashes: { sha256: 'x' },
  signatures: {},
  depth: 1,
  prev_events: [],
  prev_state: [],
  auth_events: [],
  origin: 'b',
  origin_server_ts: 1,
  membership: 'join',
  redacts: '$b:b',
  unsigned: { age: 1 },
  extra: 1,
}
const allContent = {
  membership: 'join',
  join_authorised_via_users_server: '@a:b',
  third_party_invite: { display_name: 'A', signed: { token: 't' } },
  displayname: 'A',
  creator: '@a:b',
  room_version: '1',
  join_rule: 'public',
  allow: [],
  ban: 1,
  events: {},
  events_default: 1,
  invite: 1,
  kick: 1,
  redact: 1,
  state_default: 1,
  users: {},
  users_default: 1,
  notifications: {},
  aliases: [],
  history_visibility: 'shared',
  redacts: '$b',
}
const levels = 'ban,events,events_default,kick,redact,state_default,users,users_default'
const kept = (versions: readonly number[], type: string): readonly string[] =>
  versions.map((version) => {
    const rules = roomVersions[version - 1]
    assert.ok(rules)
    return Object.keys(redact({ ...everything, type, content: allContent }, rules).content)
      .toSorted()
      .join()
  })

test('prev_state, origin and membership survive until room version 10, redacts and unsigned never', () => {
  for (const rules of roomVersions) {
    const gone = Object.keys(everything).filter((key) => !(key in redact(everything, rules)))
    const always = ['redacts', 'unsigned', 'extra']
    const fromV11 = Number(rules.id) >= 11 ? ['prev_state', 'origin', 'membership'] : []
    assert.deepEqual(gone.toSorted(), [...fromV11, ...always].toSorted(), rules.id)
    assert.deepEqual(redact(everything, rules).content, {})
  }
})

const all = [1, 5, 6, 7, 8, 9, 10, 11, 12]
const rows: readonly (readonly [type: string, kept: readonly string[]])[] = [
  [
    'm.room.member',
    [
      'membership',
      'membership',
      'membership',
      'membership',
      'membership',
      'join_authorised_via_users_server,membership',
      'join_authorised_via_users_server,membership',
      'join_authorised_via_users_server,membership,third_party_invite',
      'join_authorised_via_users_server,membership,third_party_invite',
    ],
  ],
  ['m.room.create', [...Array(7).fill('creator'), ...Array(2).fill(Object.keys(allContent).toSorted().join())]],
  ['m.room.join_rules', [...Array(4).fill('join_rule'), ...Array(5).fill('allow,join_rule')]],
  ['m.room.power_levels', [...Array(7).fill(levels), ...Array(2).fill(levels.replace('kick', 'invite,kick'))]],
  ['m.room.aliases', [...Array(2).fill('aliases'), ...Array(7).fill('')]],
  ['m.room.history_visibility', Array(9).fill('history_visibility')],
  ['m.room.redaction', [...Array(7).fill(''), ...Array(2).fill('redacts')]],
  ['m.room.message', Array(9).fill('')],
  ['__proto__', Array(9).fill('')],
  ['toString', Array(9).fill('')],
]
for (const [type, expected] of rows) {
  test(`the content of ${type} keeps what each room version says`, () => assert.deepEqual(kept(all, type), expected))
}

test('of a third-party invite only what is signed survives', () => {
  const rules = roomVersions[10]
  assert.ok(rules)
  const invite = (third_party_invite: unknown) =>
    redact({ type: 'm.room.member', content: { third_party_invite } }, rules).content
  assert.deepEqual(invite({ display_name: 'A', signed: { token: 't' } }), {
    third_party_invite: { signed: { token: 't' } },
  })
  assert.deepEqual(invite({ display_name: 'A' }), { third_party_invite: {} })
  assert.deepEqual(invite('A'), {})
})

test('redaction is idempotent', () => {
  const types = fc.constantFrom('m.room.member', 'm.room.create', 'm.room.power_levels', 'm.room.redaction', 'x')
  const names = fc.constantFrom(...Object.keys(allContent), 'body', '__proto__')
  const content = fc.array(fc.tuple(names, fc.jsonValue())).map((members) => Object.fromEntries(members))
  fc.assert(
    fc.property(types, content, fc.constantFrom(...roomVersions), (type, content, rules) => {
      const once = redact({ ...everything, type, content }, rules)
      assert.deepEqual(redact(once, rules), once)
    }),
  )
})
