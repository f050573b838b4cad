// What an operator's rules make of events: by whom they are, of what kind, and what they say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@myelin/algorithms/json'
import { createPolicyRules, type PolicyConfig } from './policy-rules.ts'

const nothing: PolicyConfig = {
  'policyServer.deniedServers': [],
  'policyServer.deniedUsers': [],
  'policyServer.deniedEventTypes': [],
  'policyServer.deniedMessageTypes': [],
  'policyServer.deniedTexts': [],
  'policyServer.mentionsMax': 0,
  'policyServer.eventsPerMinuteMax': 0,
}
const message = (content: JsonObject) => ({ type: 'm.room.message', content })
const isRefused = (config: Partial<PolicyConfig>, content: JsonObject, type = 'm.room.message') =>
  createPolicyRules({ ...nothing, ...config }).refusalOfContent({ type, content }) !== undefined

test('without rules everything may be said by everybody', () => {
  const rules = createPolicyRules(nothing)
  assert.equal(rules.refusalOfSender('@anybody:anywhere'), undefined)
  const mentions = { user_ids: Array.from({ length: 100 }, (_, n) => `@u${n}:x`) }
  assert.equal(rules.refusalOfContent(message({ msgtype: 'm.video', body: 'spam', 'm.mentions': mentions })), undefined)
})

test('servers and users are denied by whole names', () => {
  const config = { 'policyServer.deniedServers': ['*.evil.test'], 'policyServer.deniedUsers': ['@spam?:*'] }
  const { refusalOfSender } = createPolicyRules({ ...nothing, ...config })
  for (const userId of ['@a:x.evil.test', '@spam1:good.test']) assert.ok(refusalOfSender(userId), userId)
  for (const userId of ['@a:evil.test.good', '@a:evil.test', '@spam:good.test', '@spam12:good.test'])
    assert.equal(refusalOfSender(userId), undefined, userId)
})

test('a text is found in any case, in any field and depth, with invisible characters and look-alikes between', () => {
  const config = { 'policyServer.deniedTexts': ['Free * Coins', 'l33t'] }
  for (const content of [
    { body: 'get FREE bit coins' },
    { body: 'fr\u200Bee \u2060coins. free shiny coins' },
    { body: 'ｆｒｅｅ ｎｅｗ ｃｏｉｎｓ' },
    { body: 'ok', 'm.new_content': { formatted_body: '<b>free my coins</b>' } },
    { topic: ['x', { deep: [[{ er: 'L33T' }]] }] },
  ])
    assert.ok(isRefused(config, content), JSON.stringify(content))
  for (const content of [{ body: 'coins are free today' }, { body: 'l3 3t' }, { body: 3, l33t: null }])
    assert.ok(!isRefused(config, content), JSON.stringify(content))
})

test('what is encrypted is not searched', () => {
  assert.ok(!isRefused({ 'policyServer.deniedTexts': ['abc'] }, { ciphertext: 'xabcx' }, 'm.room.encrypted'))
})

test('mentions are counted as listed and as linked', () => {
  const config = { 'policyServer.mentionsMax': 2 }
  const link = '<a href="https://matrix.to/#/@a:x">a</a> '
  assert.ok(isRefused(config, { body: 'x', 'm.mentions': { user_ids: ['@a:x', '@b:x', '@c:x'] } }))
  assert.ok(isRefused(config, { body: 'x', formatted_body: link.repeat(3) }))
  assert.ok(!isRefused(config, { body: 'x', formatted_body: link.repeat(2), 'm.mentions': { user_ids: ['@a:x'] } }))
  assert.ok(!isRefused(config, { 'm.mentions': 'none' }))
})

test('hostile contents cost no more than their length', () => {
  const deep = JSON.parse(`${'['.repeat(30_000)}"spam"${']'.repeat(30_000)}`) as unknown
  assert.ok(isRefused({ 'policyServer.deniedTexts': ['spam'] }, { deep }))
  const patterns = Array.from({ length: 20 }, () => 'a*'.repeat(100) + 'b')
  assert.ok(!isRefused({ 'policyServer.deniedTexts': patterns }, { body: 'a'.repeat(60_000) }))
})
