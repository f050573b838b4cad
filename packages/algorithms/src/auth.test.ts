// The authorisation rules of every room version, by the vectors; and the choice of auth events.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authTypes, authorize, authorizeAuthEvents, authorizeByAuthEvents, mayRedact } from './auth.ts'
import { creator, eventOf, stateOf } from './auth-room.vectors.ts'
import { expectedRule, judgedRule, vectors, versionsOf } from './auth.vectors.ts'
import type { AuthEvent } from './event.ts'
import { type RoomVersionRules, roomVersions } from './room-version.ts'

const rulesOf = (version: number): RoomVersionRules => roomVersions[version - 1] ?? assert.fail()

describe('authorisation', () => {
  for (const vector of vectors) {
    for (const version of versionsOf(vector)) {
      test(`${vector.name} (version ${version})`, () => {
        const rules = rulesOf(version)
        assert.equal(judgedRule(vector, rules, authorize), expectedRule(vector, rules.authRules))
      })
    }
  }

  test('quotes the numbers of the pages', () => {
    const quoted = [
      [1, 'the banned cannot join', '5.2.3'],
      [6, 'the banned cannot join', '4.2.3'],
      [8, 'the banned cannot join', '4.3.3'],
      [12, 'the banned cannot join', '5.3.3'],
      [12, 'a moderator does not rise', '10.10.1'],
      [9, 'a moderator does not rise', '9.7.1'],
      [2, "a server does not redact another's", '11.3'],
    ] as const
    for (const [version, name, number] of quoted) {
      const vector = vectors.find((one) => one.name === name) ?? assert.fail()
      assert.equal(judgedRule(vector, rulesOf(version), authorize), number)
    }
  })
})

const keys = (version: number, event: Parameters<typeof authTypes>[0]) =>
  authTypes(event, rulesOf(version)).map(([type, key]) => `${type.slice('m.room.'.length)} ${key}`.trim())
const member = (membership: string, more = {}) => ({
  type: 'm.room.member',
  sender: '@a:a',
  stateKey: '@b:b',
  content: { membership, ...more },
})

describe('the choice of auth events', () => {
  test('of a create event is nothing', () => {
    assert.deepEqual(keys(12, { type: 'm.room.create', stateKey: '', sender: '@a:a', content: {} }), [])
  })

  test('of a message is create, power levels and the sender, without create from version 12', () => {
    const message = { type: 'x', sender: '@a:a', content: {} }
    assert.deepEqual(keys(11, message), ['create', 'power_levels', 'member @a:a'])
    assert.deepEqual(keys(12, message), ['power_levels', 'member @a:a'])
  })

  test('of a membership includes the target, and join rules where they matter', () => {
    const base = ['power_levels', 'member @a:a', 'member @b:b']
    assert.deepEqual(keys(12, member('leave')), base)
    assert.deepEqual(keys(12, member('ban')), base)
    assert.deepEqual(keys(12, member('join')), [...base, 'join_rules'])
    assert.deepEqual(keys(12, member('invite')), [...base, 'join_rules'])
    assert.deepEqual(keys(12, member('knock')), [...base, 'join_rules'])
    assert.deepEqual(keys(6, member('knock')), ['create', ...base])
    assert.deepEqual(keys(12, { ...member('join'), stateKey: '@a:a' }), ['power_levels', 'member @a:a', 'join_rules'])
  })

  test('of a third-party invite includes it', () => {
    const invite = member('invite', { third_party_invite: { signed: { token: 't' } } })
    assert.ok(keys(1, invite).includes('third_party_invite t'))
    assert.ok(
      !keys(1, member('join', { third_party_invite: { signed: { token: 't' } } })).includes('third_party_invite t'),
    )
  })

  test('of a restricted join includes who authorised it', () => {
    const join = member('join', { join_authorised_via_users_server: '@c:c' })
    assert.ok(keys(8, join).includes('member @c:c'))
    assert.ok(!keys(7, join).includes('member @c:c'))
    assert.ok(!keys(8, member('leave', { join_authorised_via_users_server: '@c:c' })).includes('member @c:c'))
  })
})

const event = (version: number) => eventOf(version, { name: '', event: { sender: creator } })
const cited = (version: number, ...keys: readonly string[]) =>
  keys.map((key) => stateOf(version).get(key) ?? assert.fail(key))
const altered = (events: readonly AuthEvent[], change: Partial<AuthEvent>): readonly AuthEvent[] =>
  events.map((one) => Object.assign({}, one, change))

describe('the events cited', () => {
  const usual = ['m.room.power_levels ', `m.room.member ${creator}`]

  for (let version = 1; version <= 12; version++) {
    const rules = rulesOf(version)
    const create = version === 12 ? [] : ['m.room.create ']
    const judge = (events: readonly ReturnType<typeof event>[]) =>
      authorizeAuthEvents(event(version), events, rules)?.rule
    const rule = rules.authRules.authEvents

    test(`may be those that authorise it (version ${version})`, () => {
      assert.equal(judge(cited(version, ...create, ...usual)), undefined)
    })
    test(`are not cited twice (version ${version})`, () => {
      assert.equal(judge(cited(version, ...create, ...usual, `m.room.member ${creator}`)), `${rule}.1`)
    })
    test(`are not others (version ${version})`, () => {
      assert.equal(judge(cited(version, ...create, ...usual, 'm.room.join_rules ')), `${rule}.2`)
      const [message] = cited(version, 'm.room.power_levels ')
      assert.equal(
        judge([...cited(version, ...create), { ...(message ?? assert.fail()), stateKey: undefined }]),
        `${rule}.2`,
      )
    })
    test(`are not rejected (version ${version})`, () => {
      assert.equal(judge(altered(cited(version, ...create, ...usual), { rejected: true })), `${rule}.3`)
    })
    test(`include the create event until version 11 (version ${version})`, () => {
      assert.equal(judge(cited(version, ...usual)), version === 12 ? undefined : `${rule}.4`)
      assert.equal(judge(cited(version, 'm.room.create ', ...usual)), version === 12 ? `${rule}.2` : undefined)
    })
    test(`are of the same room (version ${version})`, () => {
      const events = cited(version, ...create, ...usual)
      assert.equal(judge(altered(events, { roomId: '!elsewhere' })), `${rule}.5`)
    })
    test(`make up a state that allows it or not (version ${version})`, () => {
      const createEvent = stateOf(version).get('m.room.create ')
      const judged = (keys: readonly string[]) =>
        authorizeByAuthEvents(
          event(version),
          { authEvents: cited(version, ...create, ...keys), create: version === 12 ? createEvent : undefined },
          rules,
        )?.rule
      assert.equal(judged(usual), undefined)
      assert.equal(judged(['m.room.power_levels ']), rules.authRules.senderJoined)
    })
  }
})

test('a redaction applies by power or from the same server', () => {
  const levels = { of: (userId: string) => (userId === '@mod:a' ? 50 : 0), redact: 50 }
  assert.ok(mayRedact({ sender: '@mod:a', originalSender: '@x:b', levels }))
  assert.ok(mayRedact({ sender: '@user:b', originalSender: '@x:b', levels }))
  assert.ok(!mayRedact({ sender: '@user:c', originalSender: '@x:b', levels }))
})
