// Push rules: the default rules on the events they are made for, every kind of condition, and the order of rules.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultPushRules, retiredPushRules, withDefaultPushRules } from './default-push-rules.ts'
import type { JsonObject } from './json.ts'
import { compileCondition, parsePath } from './push-conditions.ts'
import { pushRuleKinds } from './push-rule.ts'
import { type PushContext, type PushRule, type PushRuleset, evaluate, tweaksOf } from './push-rules.ts'

const me = '@me:a'
const context: PushContext = {
  userId: me,
  roomId: '!room:a',
  displayName: 'Alice B.',
  memberCount: 5,
  levels: { of: (userId) => (userId === '@mod:a' ? 50 : 0), notifications: () => 50 },
}
const pair = { ...context, memberCount: 2 }
const event = (type: string, content: JsonObject = {}, more: JsonObject = {}) => ({
  type,
  sender: '@you:a',
  content,
  ...more,
})
const text = (body: string, more: JsonObject = {}) => event('m.room.message', { msgtype: 'm.text', body, ...more })
const rules = (change: Partial<PushRuleset>): PushRuleset => {
  const { override, underride, ...others } = { ...defaultPushRules(me) }
  return { override, underride, ...others, ...change }
}
const rule = (fields: Partial<PushRule>): PushRule => ({
  rule_id: 'x',
  default: false,
  enabled: true,
  actions: ['notify'],
  ...fields,
})

const outcomes: readonly (readonly [
  name: string,
  event: JsonObject,
  context: PushContext,
  rule: string | undefined,
  effect: string,
])[] = [
  ['a message', text('hi'), context, '.m.rule.message', 'notify'],
  ['a message between two', text('hi'), pair, '.m.rule.room_one_to_one', 'notify default'],
  ['an encrypted event', event('m.room.encrypted'), context, '.m.rule.encrypted', 'notify'],
  [
    'an encrypted event between two',
    event('m.room.encrypted'),
    pair,
    '.m.rule.encrypted_room_one_to_one',
    'notify default',
  ],
  ['a notice', event('m.room.message', { msgtype: 'm.notice' }), context, '.m.rule.suppress_notices', ''],
  [
    'an invite of me',
    event('m.room.member', { membership: 'invite' }, { state_key: me }),
    context,
    '.m.rule.invite_for_me',
    'notify default',
  ],
  [
    'an invite of others',
    event('m.room.member', { membership: 'invite' }, { state_key: '@x:a' }),
    context,
    '.m.rule.member_event',
    '',
  ],
  [
    'a mention of me',
    text('hi', { 'm.mentions': { user_ids: ['@x:a', me] } }),
    context,
    '.m.rule.is_user_mention',
    'notify highlight default',
  ],
  ['a mention of others', text('hi', { 'm.mentions': { user_ids: ['@x:a'] } }), context, '.m.rule.message', 'notify'],
  ['my name in the text', text('hi Alice B.'), context, '.m.rule.message', 'notify'],
  [
    'a mention of the room',
    { ...text('hi', { 'm.mentions': { room: true } }), sender: '@mod:a' },
    context,
    '.m.rule.is_room_mention',
    'notify highlight',
  ],
  [
    'a mention of the room without power',
    text('hi', { 'm.mentions': { room: true } }),
    context,
    '.m.rule.message',
    'notify',
  ],
  ['a tombstone', event('m.room.tombstone', {}, { state_key: '' }), context, '.m.rule.tombstone', 'notify highlight'],
  ['a tombstone that is no state', event('m.room.tombstone'), context, undefined, ''],
  ['a reaction', event('m.reaction'), pair, '.m.rule.reaction', ''],
  ['a server ACL', event('m.room.server_acl', {}, { state_key: '' }), context, '.m.rule.room.server_acl', ''],
  ['an edit', text('hi', { 'm.relates_to': { rel_type: 'm.replace' } }), context, '.m.rule.suppress_edits', ''],
  [
    'an edit that mentions me',
    text('hi', { 'm.relates_to': { rel_type: 'm.replace' }, 'm.mentions': { user_ids: [me] } }),
    context,
    '.m.rule.is_user_mention',
    'notify highlight default',
  ],
  ['a call', event('m.call.invite'), context, '.m.rule.call', 'notify ring'],
  ['a poll', event('org.matrix.msc3381.poll.start'), context, '.org.matrix.msc3930.rule.poll_start', 'notify'],
  [
    'a poll between two',
    event('org.matrix.msc3381.poll.start'),
    pair,
    '.org.matrix.msc3930.rule.poll_start_one_to_one',
    'notify default',
  ],
  ['the end of a poll', event('org.matrix.msc3381.poll.end'), context, '.org.matrix.msc3930.rule.poll_end', 'notify'],
  ['a vote', event('org.matrix.msc3381.poll.response'), pair, '.org.matrix.msc3930.rule.poll_response', ''],
  ['a topic', event('m.room.topic', {}, { state_key: '' }), context, undefined, ''],
  ['an event of my own', { ...text('hi', { 'm.mentions': { user_ids: [me] } }), sender: me }, context, undefined, ''],
]

const names = (kind: 'override' | 'underride'): readonly string[] => {
  const specified = defaultPushRules(me)[kind].filter((one) => one.rule_id.startsWith('.m.rule.'))
  return specified.map((one) => one.rule_id.slice('.m.rule.'.length))
}

describe('by default', () => {
  for (const [name, event, context, ruleId, effect] of outcomes) {
    test(`${name} meets ${ruleId ?? 'no rule'}: ${effect || 'silence'}`, () => {
      const { notify, highlight, sound, rule } = evaluate(defaultPushRules(me), event, context)
      assert.equal(rule?.rule_id, ruleId)
      assert.equal([notify && 'notify', highlight && 'highlight', sound].filter(Boolean).join(' '), effect)
    })
  }

  test('every rule of the specification stands in its order', () => {
    assert.deepEqual(names('override'), [
      'master',
      'suppress_notices',
      'invite_for_me',
      'member_event',
      'is_user_mention',
      'is_room_mention',
      'tombstone',
      'reaction',
      'room.server_acl',
      'suppress_edits',
    ])
    assert.deepEqual(names('underride'), [
      'call',
      'encrypted_room_one_to_one',
      'room_one_to_one',
      'message',
      'encrypted',
    ])
  })
})

describe('rules', () => {
  test('are tried by kind: override, content, room, sender, underride', () => {
    const all = {
      override: [rule({ rule_id: 'o', conditions: [] })],
      content: [rule({ rule_id: 'c', pattern: 'hi' })],
      room: [rule({ rule_id: '!room:a' })],
      sender: [rule({ rule_id: '@you:a' })],
      underride: [rule({ rule_id: 'u' })],
    }
    let left: PushRuleset = all
    for (const [kind, id] of [
      ['override', 'o'],
      ['content', 'c'],
      ['room', '!room:a'],
      ['sender', '@you:a'],
      ['underride', 'u'],
    ] as const) {
      assert.equal(evaluate(left, text('hi'), context).rule?.rule_id, id)
      left = Object.assign({}, left, { [kind]: [] })
    }
    assert.equal(evaluate(left, text('hi'), context).rule, undefined)
  })

  test('that are disabled never match', () => {
    const disabled = { enabled: false, pattern: 'hi' }
    const ruleset = rules({
      content: [rule(disabled)],
      room: [rule({ ...disabled, rule_id: '!room:a' })],
      sender: [rule({ ...disabled, rule_id: '@you:a' })],
    })
    assert.equal(evaluate(ruleset, text('hi'), context).rule?.rule_id, '.m.rule.message')
  })

  test('the master rule silences everything once enabled', () => {
    const [master, ...others] = defaultPushRules(me).override
    assert.ok(master)
    const silent = rules({ override: [{ ...master, enabled: true }, ...others] })
    assert.equal(evaluate(silent, text('hi', { 'm.mentions': { user_ids: [me] } }), context).notify, false)
  })

  test('with historical actions do nothing by them', () => {
    const old = rules({ content: [rule({ pattern: 'hi', actions: ['dont_notify'] })] })
    assert.equal(evaluate(old, text('hi'), context).notify, false)
  })

  test('of content without a pattern are passed over', () => {
    assert.equal(evaluate(rules({ content: [rule({})] }), text('hi'), context).rule?.rule_id, '.m.rule.message')
  })
})

const conditions: readonly (readonly [condition: JsonObject, event: JsonObject, holds: boolean])[] = [
  [{ kind: 'event_match', key: 'content.topic', pattern: 'lunc?*' }, event('x', { topic: 'Lunch plans' }), true],
  [{ kind: 'event_match', key: 'content.topic', pattern: '*' }, event('x', { topic: null }), false],
  [{ kind: 'event_match', key: 'content.topic', pattern: '*' }, event('x'), false],
  [{ kind: 'event_match', key: 'content.toString', pattern: '*' }, event('x'), false],
  [{ kind: 'event_match', key: 'content.body', pattern: 'cake' }, text('a CAKE!'), true],
  [{ kind: 'event_match', key: 'content.body', pattern: 'cake' }, text('cakes'), false],
  [{ kind: 'event_match', key: 'content.body' }, text('x'), false],
  [{ kind: 'event_property_is', key: 'content.m\\.federate', value: true }, event('x', { 'm.federate': true }), true],
  [
    { kind: 'event_property_is', key: 'content.m\\.federate', value: true },
    event('x', { 'm.federate': 'true' }),
    false,
  ],
  [{ kind: 'event_property_is', key: 'content.a', value: 1 }, event('x', { a: 1 }), true],
  [{ kind: 'event_property_is', key: 'content.a', value: 1 }, event('x', { a: true }), false],
  [{ kind: 'event_property_is', key: 'content.a', value: null }, event('x', { a: null }), true],
  [{ kind: 'event_property_is', key: 'content.a', value: null }, event('x'), false],
  [{ kind: 'event_property_is', key: 'content.a', value: {} }, event('x', { a: {} }), false],
  [{ kind: 'event_property_contains', key: 'content.a', value: 'b' }, event('x', { a: ['a', 'b'] }), true],
  [{ kind: 'event_property_contains', key: 'content.a', value: 'b' }, event('x', { a: 'b' }), false],
  [{ kind: 'event_property_contains', key: 'content.a', value: 'b' }, event('x', { a: ['B', ['b']] }), false],
  [{ kind: 'contains_display_name' }, text('dear ALICE B. …'), true],
  [{ kind: 'contains_display_name' }, text('dear Alice Bx.'), false],
  [{ kind: 'contains_display_name' }, event('x'), false],
  [{ kind: 'room_member_count', is: '5' }, event('x'), true],
  [{ kind: 'room_member_count', is: '==5' }, event('x'), true],
  [{ kind: 'room_member_count', is: '<5' }, event('x'), false],
  [{ kind: 'room_member_count', is: '<=5' }, event('x'), true],
  [{ kind: 'room_member_count', is: '>4' }, event('x'), true],
  [{ kind: 'room_member_count', is: '>=6' }, event('x'), false],
  [{ kind: 'room_member_count', is: 'many' }, event('x'), false],
  [{ kind: 'room_member_count', is: 5 }, event('x'), false],
  [{ kind: 'sender_notification_permission', key: 'room' }, event('x', {}, { sender: '@mod:a' }), true],
  [{ kind: 'sender_notification_permission', key: 'room' }, event('x'), false],
  [{ kind: 'sender_notification_permission' }, event('x', {}, { sender: '@mod:a' }), false],
  [{ kind: 'moon_phase' }, event('x'), false],
  [{ kind: 'constructor' }, event('x'), false],
  [{}, event('x'), false],
]
for (const [condition, event, holds] of conditions) {
  test(`${JSON.stringify(condition)} ${holds ? 'holds' : 'does not hold'} for ${JSON.stringify(event['content'])}`, () => {
    assert.equal(compileCondition(condition)(event, context), holds)
  })
}

const reply = (relatesTo: JsonObject) => text('hi', { 'm.relates_to': relatesTo })

describe('a condition on the related event', () => {
  const kind = 'im.nheko.msc3664.related_event_match'
  const mine = { sender: me, content: {} }
  const toMe = { 'm.in_reply_to': { event_id: '$mine' } }
  const holds = (condition: JsonObject, event: JsonObject) =>
    compileCondition({ kind, ...condition })(event, {
      ...context,
      relatedEvent: (id) => (id === '$mine' ? mine : undefined),
    })
  const isMine = { rel_type: 'm.in_reply_to', key: 'sender', pattern: me }

  test('is asked of the event replied to, if it is at hand', () => {
    assert.ok(holds(isMine, reply(toMe)))
    assert.ok(!holds({ ...isMine, pattern: '@x:a' }, reply(toMe)))
    assert.ok(!holds(isMine, reply({ 'm.in_reply_to': { event_id: '$gone' } })))
    assert.ok(!holds(isMine, text('hi')))
    assert.ok(!compileCondition({ kind, ...isMine })(reply(toMe), context))
  })
  test('passes over the fallback of threads unless told not to', () => {
    const fallback = reply({ rel_type: 'm.thread', event_id: '$root', is_falling_back: true, ...toMe })
    assert.ok(!holds(isMine, fallback))
    assert.ok(holds({ ...isMine, include_fallbacks: true }, fallback))
  })
  test('without key and pattern is asked of the relation alone', () => {
    assert.ok(holds({ rel_type: 'm.replace' }, reply({ rel_type: 'm.replace', event_id: '$gone' })))
    assert.ok(!holds({ rel_type: 'm.replace' }, reply({ rel_type: 'm.thread', event_id: '$gone' })))
    assert.ok(!holds({}, reply({ event_id: '$gone' })))
  })
})

const threadHolds = (subscribed: unknown, threadSubscribed?: boolean) =>
  compileCondition({ kind: 'io.element.msc4306.thread_subscription', subscribed })(text('hi'), {
    ...context,
    threadSubscribed,
  })

test('a condition on thread subscriptions holds in threads alone', () => {
  assert.ok(threadHolds(true, true) && threadHolds(false, false))
  assert.ok(!threadHolds(true, false) && !threadHolds(false, true))
  assert.ok(!threadHolds(true) && !threadHolds(false) && !threadHolds(undefined))
})

test('paths are taken apart at dots that are not escaped', () => {
  assert.deepEqual(parsePath('content.m\\.relates_to.x'), ['content', 'm.relates_to', 'x'])
  assert.deepEqual(parsePath('content.m\\\\foo'), ['content', 'm\\foo'])
  assert.deepEqual(parsePath('a\\x.b'), ['a\\x', 'b'])
})

test('a highlight without a value is true', () => {
  assert.deepEqual(tweaksOf(['notify', { set_tweak: 'highlight' }, { set_tweak: 'sound', value: 'x' }]), {
    highlight: true,
    sound: 'x',
  })
  assert.deepEqual(tweaksOf([{ set_tweak: 'highlight', value: false }, { set_tweak: 'other' }]), { highlight: false })
})

test('a stored rule set is brought up to date: own rules and adjustments stay, defaults come and go', () => {
  const stored: PushRuleset = {
    override: [
      rule({ rule_id: 'mine' }),
      rule({ rule_id: '.m.rule.reaction', default: true, enabled: false, actions: [] }),
    ],
    content: [
      rule({ rule_id: '.m.rule.contains_user_name', default: true, pattern: 'me' }),
      rule({ rule_id: 'cake', pattern: 'cake' }),
    ],
    room: [],
    sender: [],
    underride: [rule({ rule_id: '.m.rule.message', default: true, actions: [] })],
  }
  const current = withDefaultPushRules(stored, me)
  assert.deepEqual(
    current.override.slice(0, 2).map((one) => one.rule_id),
    ['.m.rule.master', 'mine'],
  )
  assert.equal(current.override.find((one) => one.rule_id === '.m.rule.reaction')?.enabled, false)
  assert.deepEqual(
    current.content.map((one) => one.rule_id),
    ['cake'],
  )
  assert.deepEqual(current.underride.find((one) => one.rule_id === '.m.rule.message')?.actions, [])
  for (const kind of pushRuleKinds) {
    const ids = new Set(current[kind].map((one) => one.rule_id))
    assert.ok(defaultPushRules(me)[kind].every((one) => ids.has(one.rule_id)))
    assert.ok([...retiredPushRules].every((id) => !ids.has(id)))
  }
})

describe('default rules of proposals', () => {
  const features = { msc3664: true, msc4028: true, msc4306: true }
  const all = defaultPushRules(me, features)
  const outcomeOf = (event: JsonObject, more: Partial<PushContext> = {}, ruleset = all) => {
    const { notify, highlight, sound, rule } = evaluate(ruleset, event, { ...context, ...more })
    return [rule?.rule_id, notify, highlight, sound]
  }
  const inThread = (body: string, more: JsonObject = {}) =>
    text(body, { 'm.relates_to': { rel_type: 'm.thread', event_id: '$root' }, ...more })

  test('are absent unless asked for', () => {
    const ids = JSON.stringify(defaultPushRules(me))
    for (const proposal of ['msc3664', 'msc4028', 'msc4306']) assert.doesNotMatch(ids, new RegExp(proposal))
    assert.equal(defaultPushRules(me).postcontent, undefined)
  })

  test('MSC3664: a reply to my message highlights, one to others does not', () => {
    const reply = text('yes', { 'm.relates_to': { 'm.in_reply_to': { event_id: '$mine' } } })
    const by = (sender: string) => ({ relatedEvent: () => ({ type: 'm.room.message', sender, content: {} }) })
    assert.deepEqual(outcomeOf(reply, by(me)), ['.im.nheko.msc3664.reply', true, true, 'default'])
    assert.deepEqual(outcomeOf(reply, by('@x:a')), ['.m.rule.message', true, false, undefined])
    assert.deepEqual(outcomeOf(reply), ['.m.rule.message', true, false, undefined])
  })

  test('MSC4028: every encrypted event is pushed, whatever else the user wants', () => {
    const muted = { ...all, room: [rule({ rule_id: '!room:a', actions: [] })] }
    const encrypted = event('m.room.encrypted')
    assert.deepEqual(outcomeOf(encrypted, {}, muted), ['.org.matrix.msc4028.encrypted_event', true, false, undefined])
    assert.equal(all.override[1]?.rule_id, '.org.matrix.msc4028.encrypted_event')
  })

  test('MSC4306: threads notify where subscribed, before the rules of rooms and after mentions and keywords', () => {
    const muted = { ...all, room: [rule({ rule_id: '!room:a', actions: [] })] }
    const [on, off] = ['.io.element.msc4306.rule.subscribed_thread', '.io.element.msc4306.rule.unsubscribed_thread']
    assert.deepEqual(outcomeOf(inThread('hi'), { threadSubscribed: true }, muted), [on, true, false, 'default'])
    assert.deepEqual(outcomeOf(inThread('hi'), { threadSubscribed: false }), [off, false, false, undefined])
    assert.equal(outcomeOf(text('hi'))[0], '.m.rule.message')
    const mention = inThread('hi', { 'm.mentions': { user_ids: [me] } })
    assert.equal(outcomeOf(mention, { threadSubscribed: false })[0], '.m.rule.is_user_mention')
    const keyword = { ...all, content: [rule({ rule_id: 'mine', pattern: 'hi' })] }
    assert.equal(outcomeOf(inThread('hi'), { threadSubscribed: false }, keyword)[0], 'mine')
  })

  test('join stored rules with what the user made of the others', () => {
    const merged = withDefaultPushRules(defaultPushRules(me), me, features)
    assert.deepEqual(merged, all)
    assert.equal(withDefaultPushRules(all, me).postcontent, undefined)
  })
})
