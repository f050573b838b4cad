// Each sender's deliveries as messages, proofs good and bad, and that nothing a stranger sends breaks the reading.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { keyOf, renderStory } from '../story.ts'
import { webhookFixtures } from '../testing/webhook-payloads.ts'
import { payloadOf, storiesOf, vendorOf } from './read-delivery.ts'
import type { Delivery } from './vendor-hook.ts'

const json = (payload: unknown, headers: Delivery['headers'] = {}): Delivery => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: new TextEncoder().encode(JSON.stringify(payload)),
})

describe('deliveries as messages', () => {
  for (const [name, { payload, headers, body, html }] of Object.entries(webhookFixtures))
    test(name, async () => {
      const stories = storiesOf(json(payload, headers))
      assert.equal(stories.length, 1)
      const [story] = stories
      assert.ok(story)
      assert.deepEqual(await renderStory(story), { body, html })
    })
})

test('a workflow and its jobs are one message, and so is the pipeline that tells about itself', () => {
  const keys = ['GitHub: a workflow that failed', 'GitHub: a job of a workflow'].map((name) => {
    const { payload, headers } = webhookFixtures[name]!
    return keyOf(storiesOf(json(payload, headers))[0]!)
  })
  assert.deepEqual(keys, ['GitHub Actions/team/project/77', 'GitHub Actions/team/project/77/attempts/2'])
})

test('an alert that is resolved edits the message that said it fires', () => {
  const { payload } = webhookFixtures['Alertmanager: alerts that fire']!
  const [fires, resolved] = [payload, { ...(payload as object), status: 'resolved' }].map(
    (each) => storiesOf(json(each))[0]!,
  )
  assert.equal(keyOf(fires!), keyOf(resolved!))
  assert.equal(resolved!.kind === 'notice' && resolved!.notice.doing, 'is resolved')
})

test('events of no interest tell nothing', () => {
  assert.deepEqual(storiesOf(json({ action: 'created' }, { 'x-github-event': 'star' })), [])
  assert.deepEqual(storiesOf(json({ object_kind: 'constructor' }, { 'x-gitlab-event': 'X' })), [])
})

test('a form with a payload is read as its payload, text as text', () => {
  const form = {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from('payload=%7B%22text%22%3A%22hi%22%7D'),
  }
  assert.deepEqual(payloadOf(form), { text: 'hi' })
  assert.equal(payloadOf({ headers: { 'content-type': 'text/plain' }, body: Buffer.from('hi') }), 'hi')
})

test('JSON that calls itself a form, as `curl -d` does, is JSON', () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const [story] = storiesOf({ headers, body: Buffer.from('{"text":"**done**"}') })
  assert.equal(story?.kind === 'words' && story.words.text, '**done**')
})

test('JSON is read a hundred levels deep, brackets in its texts apart', () => {
  const nested = (levels: number) => Buffer.from(`${'{"a":'.repeat(levels)}"[[[\\"[{"${'}'.repeat(levels)}`)
  const read = (levels: number) => payloadOf({ headers: {}, body: nested(levels) })
  assert.ok(read(100))
  assert.throws(() => read(101), SyntaxError)
})

describe('megabytes made to keep a reader busy are read in no time', () => {
  const million = 1_000_000
  const payloads: Readonly<Record<string, object>> = {
    'links that never end': { text: '<https://a|'.repeat(million / 4) },
    'bold that never ends': { attachments: [{ text: '*a '.repeat(million) }] },
    'tags that never end': { html: '<a <br '.repeat(million / 2) },
    'brackets alone': { html: '<'.repeat(4 * million) },
    'blanks before no line': { html: ' '.repeat(4 * million) },
    'attachments without number': { attachments: Array.from({ length: 100_000 }, () => ({ text: '<https://a|' })) },
  }
  const nested = { headers: { 'content-type': 'application/json' }, body: Buffer.from('['.repeat(5 * million)) }
  const quotes = { headers: {}, body: Buffer.from(`{${'"'.repeat(5 * million + 1)}`) }
  const authors = { raw: ' '.repeat(4 * million) }
  const change = { new: { name: 'main', type: 'branch' }, commits: [{ hash: '1', author: authors }] }
  const pushed = { repository: { full_name: 'a/b' }, push: { changes: [change] } }
  const deliveries: readonly (readonly [string, Delivery])[] = [
    ...Object.entries(payloads).map(([name, payload]) => [name, json(payload)] as const),
    ['an author of blanks', json(pushed, { 'x-event-key': 'repo:push' })],
  ]
  test('brackets and quotes without end', { timeout: 60_000 }, () => {
    const { user } = process.cpuUsage()
    for (const delivery of [nested, quotes]) assert.throws(() => payloadOf(delivery), SyntaxError)
    assert.ok(process.cpuUsage().user - user < 1_500_000)
  })
  for (const [name, delivery] of deliveries)
    test(name, { timeout: 60_000 }, async () => {
      const { user } = process.cpuUsage()
      for (const story of storiesOf(delivery)) await renderStory(story)
      assert.ok(process.cpuUsage().user - user < 1_500_000)
    })
})

describe('proofs', () => {
  const secret = 'shared secret'
  const now = Date.parse('2026-01-02T03:04:05Z')
  const hmac = (text: string) => createHmac('sha256', secret).update(text).digest('hex')
  const body = Buffer.from('{"text":"hi"}')
  const standard = (ts: number, signed = body.toString()) => ({
    'x-gitlab-event': 'Push Hook',
    'webhook-id': 'm1',
    'webhook-timestamp': String(ts),
    'webhook-signature': `v1,${createHmac('sha256', secret).update(`m1.${ts}.${signed}`).digest('base64')}`,
  })
  const good: Readonly<Record<string, Delivery['headers']>> = {
    GitHub: { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${hmac(body.toString())}` },
    Gitea: { 'x-gitea-event': 'push', 'x-github-event': 'push', 'x-gitea-signature': hmac(body.toString()) },
    Forgejo: { 'x-forgejo-event': 'push', 'x-gitea-event': 'push', 'x-forgejo-signature': hmac(body.toString()) },
    Bitbucket: { 'x-event-key': 'repo:push', 'x-hub-signature': `sha256=${hmac(body.toString())}` },
    'GitLab by token': { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': secret },
    'GitLab by signature': standard(now / 1000),
    Generic: { authorization: `Bearer ${encodeURIComponent(secret)}` },
  }
  for (const [name, headers] of Object.entries(good)) {
    const known = name === 'Generic' ? encodeURIComponent(secret) : secret
    test(`${name}: the right secret proves, another does not, nor does none`, () => {
      const vendor = vendorOf(headers)
      assert.ok(name.startsWith(vendor.name))
      assert.equal(vendor.proves({ headers, body }, known, now), true)
      assert.equal(vendor.proves({ headers, body }, 'another', now), false)
      const bare = Object.fromEntries(Object.entries(headers).filter(([header]) => /event(-key)?$/.test(header)))
      assert.equal(vendor.proves({ headers: bare, body }, known, now), false)
    })
  }
  test('a changed body does not prove', () => {
    for (const name of ['GitHub', 'Gitea', 'Forgejo', 'Bitbucket', 'GitLab by signature']) {
      const headers = good[name]!
      assert.equal(vendorOf(headers).proves({ headers, body: Buffer.from('{"text":"ho"}') }, secret, now), false, name)
    }
  })
  test('a signature that carries its time does not prove when it is old', () => {
    const headers = standard(now / 1000 - 3600)
    assert.equal(vendorOf(headers).proves({ headers, body }, secret, now), false)
  })
})

test('whatever a sender sends is read without failing, and what it becomes can be rendered', async () => {
  const shapes = Object.values(webhookFixtures)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...shapes),
      fc.jsonValue(),
      fc.nat(),
      async ({ headers, payload }, junk, place) => {
        const spoilt = spoil(payload, junk, place)
        for (const story of storiesOf(json(spoilt, headers))) {
          const { html } = await renderStory(story)
          assert.doesNotMatch(html, /<script|<img|javascript:/)
        }
      },
    ),
    { numRuns: 2000 },
  )
})

/** The payload with one of its members, wherever it is, replaced. */
function spoil(payload: unknown, junk: unknown, place: number): unknown {
  const paths: string[][] = []
  const collect = (value: unknown, path: string[]) => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, each] of Object.entries(value)) {
      paths.push([...path, name])
      collect(each, [...path, name])
    }
  }
  const copy = structuredClone(payload)
  collect(copy, [])
  const path = paths[place % Math.max(1, paths.length)]
  if (path === undefined) return junk
  const parent = path.slice(0, -1).reduce<unknown>((value, name) => Reflect.get(value as object, name), copy)
  Reflect.set(parent as object, path.at(-1)!, junk)
  return copy
}
