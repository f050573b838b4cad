// What other servers send may be any JSON whatever: every algorithm answers, none throws.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { authTypes, authorize, authorizeAuthEvents } from './auth.ts'
import { stateOf } from './testing/auth-room.vectors.ts'
import { CanonicalJsonError, canonicalJson } from './canonical-json.ts'
import { checkPdu } from './event-format.ts'
import { requiredSigners } from './event-signers.ts'
import { type AuthEvent, authEventOf } from './event.ts'
import { hashMatches } from './hashes.ts'
import { historyVisibilityOf } from './history-visibility.ts'
import type { JsonObject } from './json.ts'
import { policyServerOf } from './policy-server.ts'
import { powerLevels } from './power-levels.ts'
import { defaultPushRules, evaluate } from './push-rules.ts'
import { redact } from './redaction.ts'
import { bundledRelations, mayStartThread, relationOf, repliesTo, threadIdOf } from './relations.ts'
import { creatorsOf } from './room-creators.ts'
import { roomVersions } from './room-version.ts'
import { serverAcl } from './server-acl.ts'
import { signingEntities, signingKeyIds, verifyEvent, verifyJson } from './signatures.ts'
import { verifyThirdPartyInvite } from './third-party-invite.ts'

const names = [
  'membership',
  'join_rule',
  'users',
  'events',
  'notifications',
  'users_default',
  'ban',
  'invite',
  'creator',
  'room_version',
  'additional_creators',
  'm.federate',
  'third_party_invite',
  'signed',
  'mxid',
  'token',
  'public_key',
  'public_keys',
  'signatures',
  'join_authorised_via_users_server',
  'm.relates_to',
  'rel_type',
  'event_id',
  'm.in_reply_to',
  'm.mentions',
  'user_ids',
  'room',
  'body',
  'allow',
  'deny',
  'history_visibility',
  'via',
  'ed25519',
  'redacts',
  '__proto__',
  'constructor',
  '@user:b',
  'hashes',
  'sha256',
]
const types = [
  'm.room.create',
  'm.room.member',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.third_party_invite',
  'm.room.redaction',
  'm.room.aliases',
  'm.room.message',
  'x',
]
const values = [
  'join',
  'invite',
  'leave',
  'ban',
  'knock',
  'public',
  'restricted',
  'knock_restricted',
  '@user:b',
  '@creator:a',
  '12',
  '',
]

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...values),
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 5 })
    .map((members) =>
      JSON.parse(`{${members.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')}}`),
    ),
}))
const object = json.object as fc.Arbitrary<JsonObject>
const rules = fc.constantFrom(...roomVersions)
const user = fc.constantFrom('@user:b', '@creator:a', '@mod:a', '@stranger:b', '@banned:b')

test('authorisation judges any content by any state', () => {
  const event = fc.record({
    type: fc.constantFrom(...types),
    sender: user,
    stateKey: fc.option(fc.oneof(user, fc.constantFrom('', 'a', '__proto__')), { nil: undefined }),
    content: object,
    prevEvents: fc.constantFrom(['$create'], [], ['$x', '$y']),
  })
  const state = fc.dictionary(fc.constantFrom(...types.slice(0, 5)), object, { noNullPrototype: true })
  fc.assert(
    fc.property(rules, event, state, (rules, fields, contents) => {
      const usual = stateOf(Number(rules.id))
      const lookup = (type: string, key: string): AuthEvent | undefined => {
        const found = usual.get(`${type} ${key}`)
        const content = contents[type]
        return found === undefined || content === undefined ? found : { ...found, content }
      }
      const judged: AuthEvent = { ...fields, eventId: '$e', roomId: rules.id === '12' ? '!create' : '!r:a' }
      const rejection = authorize(judged, lookup, rules)
      assert.match(rejection?.rule ?? '0', /^\d+(\.\d+)*$/)
      const cited = authTypes(judged, rules).flatMap(([type, key]) => lookup(type, key) ?? [])
      authorizeAuthEvents(judged, cited, rules)
    }),
    { numRuns: 2000 },
  )
})

test('any JSON is an event or refused, and an event can be hashed, redacted and checked', () => {
  const plain = {
    sender: '@user:b',
    room_id: '!r:a',
    event_id: '$e:a',
    origin_server_ts: 1,
    depth: 1,
    prev_events: [],
    auth_events: [],
    hashes: {},
    signatures: {},
  }
  const event = fc
    .tuple(object, object, fc.constantFrom(...types))
    .map(([content, more, type]): JsonObject => Object.assign({}, plain, more, { type, content }))
  const publicKey = Buffer.alloc(32, 3)
  fc.assert(
    fc.property(rules, event, (rules, event) => {
      const { pdu, refusal } = checkPdu(event, rules)
      assert.notEqual(pdu === undefined, refusal === undefined)
      if (pdu === undefined) return
      hashMatches(pdu)
      authEventOf(pdu, rules)
      requiredSigners(pdu, rules)
      redact(pdu, rules)
      for (const entity of signingEntities(pdu)) {
        for (const keyId of signingKeyIds(pdu, entity)) verifyEvent(pdu, rules, { entity, keyId, publicKey })
      }
    }),
    { numRuns: 1000 },
  )
})

test('any content can be asked for what it may hold', () => {
  const ruleset = defaultPushRules('@user:b')
  fc.assert(
    fc.property(rules, object, user, (rules, content, sender) => {
      const levels = powerLevels(content, { rules, creators: creatorsOf({ sender, content }, rules) })
      assert.equal(typeof levels.of(sender), 'number')
      assert.ok(
        [levels.ban, levels.kick, levels.invite, levels.redact, levels.notifications('room')].every(Number.isFinite),
      )
      const context = { userId: '@user:b', roomId: '!r', memberCount: 2, levels }
      evaluate(ruleset, { type: 'm.room.message', sender, content }, context)
      serverAcl(content)('example.org')
      historyVisibilityOf(content)
      relationOf(content)
      repliesTo(content)
      mayStartThread(content)
      threadIdOf(content, () => content)
      policyServerOf(content)
      verifyThirdPartyInvite(content, content)
      verifyJson(content, '@user:b', 'ed25519:1', Buffer.alloc(32))
      bundledRelations({})
    }),
    { numRuns: 1000 },
  )
})

test('a rule set that holds any rules evaluates', () => {
  const rule = fc.record({
    rule_id: fc.string(),
    default: fc.boolean(),
    enabled: fc.boolean(),
    actions: fc.array(fc.oneof(fc.string(), object)),
    conditions: fc.array(
      fc.oneof(
        object,
        fc.record({
          kind: fc.constantFrom('event_match', 'event_property_is', 'room_member_count', 'x'),
          key: fc.string(),
          pattern: fc.string(),
          is: fc.string(),
          value: fc.jsonValue(),
        }),
      ),
    ),
    pattern: fc.string(),
  })
  const list = fc.array(rule, { maxLength: 3 })
  const ruleset = fc.record({ override: list, content: list, room: list, sender: list, underride: list })
  const levels = { of: () => 0, notifications: () => 50 }
  fc.assert(
    fc.property(ruleset, object, (ruleset, content) => {
      const { notify, highlight } = evaluate(
        ruleset,
        { type: 'x', sender: '@a:a', content },
        { userId: '@user:b', roomId: '!r', memberCount: 2, levels },
      )
      assert.equal(typeof notify, 'boolean')
      assert.equal(typeof highlight, 'boolean')
    }),
    { numRuns: 500 },
  )
})

test('canonical JSON is text or a CanonicalJsonError', () => {
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom('strict', 'lenient'), (value, mode) => {
      try {
        assert.equal(typeof canonicalJson(value, mode), 'string')
      } catch (error) {
        assert.ok(error instanceof CanonicalJsonError)
      }
    }),
    { numRuns: 500 },
  )
})
