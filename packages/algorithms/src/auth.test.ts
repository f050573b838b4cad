// The authorisation rules of every room version, by the vectors; and the choice of auth events.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authTypes, authorize, authorizeAuthEvents, authorizeByAuthEvents, mayRedact } from './auth.ts'
import {
  chosenKeys,
  choiceVectors,
  citationOf,
  citationVectors,
  expectedCitation,
  judgedCitation,
} from './testing/auth-events.vectors.ts'
import { creator } from './testing/auth-room.vectors.ts'
import { expectedRule, judgedRule, vectors, versionsOf } from './testing/auth.vectors.ts'
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

describe('the choice of auth events', () => {
  for (const vector of choiceVectors) {
    test(`of ${vector.name} (version ${vector.version}) is ${vector.keys.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(chosenKeys(vector, rulesOf(vector.version), authTypes), vector.keys)
    })
  }
})

describe('an event that cites', () => {
  for (const vector of citationVectors) {
    for (const version of versionsOf(vector)) {
      const rules = rulesOf(version)
      const expected = expectedCitation(vector, rules)
      test(`${vector.name} (version ${version}) is ${expected ? `refused by ${expected}` : 'allowed'}`, () => {
        assert.equal(judgedCitation(vector, rules, authorizeAuthEvents), expected)
      })
    }
  }

  for (let version = 1; version <= 12; version++) {
    test(`what makes up a state that allows it is allowed (version ${version})`, () => {
      const rules = rulesOf(version)
      const judged = (keys: readonly string[]) => {
        const cites = version === 12 ? keys : ['m.room.create ', ...keys]
        const { event, authEvents, create } = citationOf({ name: '', versions: [1, 12], cites }, version)
        return authorizeByAuthEvents(event, { authEvents, create: version === 12 ? create : undefined }, rules)?.rule
      }
      assert.equal(judged(['m.room.power_levels ', `m.room.member ${creator}`]), undefined)
      assert.equal(judged(['m.room.power_levels ']), rules.authRules.senderJoined)
      assert.equal(judged(['m.room.join_rules ']), `${rules.authRules.authEvents}.2`)
    })
  }
})

test('a redaction applies by power or from the same server', () => {
  const levels = { of: (userId: string) => (userId === '@mod:a' ? 50 : 0), redact: 50 }
  assert.ok(mayRedact({ sender: '@mod:a', originalSender: '@x:b', levels }))
  assert.ok(mayRedact({ sender: '@user:b', originalSender: '@x:b', levels }))
  assert.ok(!mayRedact({ sender: '@user:c', originalSender: '@x:b', levels }))
})
