// Webhooks as their users meet them: a forge delivers with a signature, the room is told; and whatever can go wrong there.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { webhookFixtures } from '@myelin/notifier/testing/webhook-payloads'
import { User } from './testing/api.ts'
import { eventually } from './testing/network.ts'
import { ServerProcess, TestServer } from './testing/server.ts'
import { admin } from './testing/operator.ts'

interface Hook {
  readonly path: string
  readonly hookId: string
  readonly secret: string | null
}

async function makeHook(data: string, body: object): Promise<Hook> {
  const { webhook, secret } = await admin(data, { method: 'POST', path: '/_myelin/admin/v1/webhooks', body })
  return { path: webhook.address, hookId: webhook.hook_id, secret }
}

const errcodeOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as { errcode?: unknown }).errcode

const fixture = (name: string) => webhookFixtures[name]!

/** The payload with other values in one of its objects. */
const changed = (payload: unknown, member: string, more: object): object => ({
  ...(payload as object),
  [member]: { ...(Reflect.get(payload as object, member) as object), ...more },
})

function deliver(baseUrl: string, hook: Hook, payload: unknown, headers: Readonly<Record<string, string>> = {}) {
  const body = JSON.stringify(payload)
  const signature = `sha256=${createHmac('sha256', hook.secret ?? '')
    .update(body)
    .digest('hex')}`
  return fetch(baseUrl + hook.path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature, ...headers },
  })
}

interface Shown {
  readonly body: string
  readonly eventId: string
  readonly sender: string
}

interface Message {
  readonly event_id: string
  readonly type: string
  readonly sender: string
  readonly content: { readonly body: string; readonly 'm.relates_to'?: unknown }
  readonly unsigned?: { readonly 'm.relations'?: { readonly 'm.replace'?: Edit } }
}
interface Edit {
  readonly content: { readonly 'm.new_content': { readonly body: string } }
}

/** Messages of the room as people see them: edited ones in their newest version. */
async function shownIn(user: User, roomId: string): Promise<Shown[]> {
  const { chunk } = await user.get(`/rooms/${encodeURIComponent(roomId)}/messages?dir=f&limit=1000`)
  return (chunk as Message[])
    .filter(({ type, content }) => type === 'm.room.message' && content['m.relates_to'] === undefined)
    .map(({ content, unsigned, event_id: eventId, sender }) => ({
      body: (unsigned?.['m.relations']?.['m.replace']?.content['m.new_content'] ?? content).body,
      eventId,
      sender,
    }))
}

const waitFor = (user: User, roomId: string, isThere: (shown: Shown[]) => boolean) =>
  eventually(async () => {
    const shown = await shownIn(user, roomId)
    return isThere(shown) ? shown : undefined
  })

describe('webhooks', () => {
  let server: TestServer
  let alice: User
  before(async () => {
    server = await TestServer.start()
    alice = await server.user('alice')
  })
  after(() => server[Symbol.asyncDispose]())

  const publicRoom = () => alice.createRoom({ preset: 'public_chat' })

  test('a signed delivery is told in the room, a repeated one is not told again', async () => {
    const roomId = await publicRoom()
    const hook = await makeHook(server.data, { name: 'project', rooms: [roomId] })
    const { payload, headers, body } = fixture('GitHub: a push')
    assert.equal((await deliver(server.baseUrl, hook, payload, { ...headers, 'x-github-delivery': '1' })).status, 202)
    assert.equal((await deliver(server.baseUrl, hook, payload, { ...headers, 'x-github-delivery': '2' })).status, 202)
    const [shown] = await waitFor(alice, roomId, ({ length }) => length > 0)
    assert.deepEqual([shown?.body, shown?.sender], [body, '@hooks:hs1'])
    const issue = fixture('GitHub: an issue')
    await deliver(server.baseUrl, hook, issue.payload, issue.headers)
    const all = await waitFor(alice, roomId, ({ length }) => length > 1)
    assert.deepEqual(
      all.map((each) => each.body),
      [body, issue.body],
    )
  })

  test('a wrong signature is refused, an unknown hook too, and neither says anything', async () => {
    const roomId = await publicRoom()
    const hook = await makeHook(server.data, { name: 'forged', rooms: [roomId] })
    const { payload, headers } = fixture('GitHub: a push')
    const forged = await deliver(server.baseUrl, { ...hook, secret: 'guessed' }, payload, headers)
    assert.deepEqual([forged.status, await errcodeOf(forged)], [403, 'M_FORBIDDEN'])
    const unsigned = await deliver(server.baseUrl, hook, payload, { ...headers, 'x-hub-signature-256': '' })
    assert.equal(unsigned.status, 403)
    const nowhere = await deliver(server.baseUrl, { ...hook, path: '/_myelin/hooks/none' }, payload, headers)
    assert.deepEqual([nowhere.status, await errcodeOf(nowhere)], [404, 'M_NOT_FOUND'])
    const { payload: issue, headers: issueHeaders } = fixture('GitHub: an issue')
    await deliver(server.baseUrl, hook, issue, issueHeaders)
    assert.equal((await waitFor(alice, roomId, ({ length }) => length > 0)).length, 1)
  })

  test('what is no JSON is refused, and so is a body without end', async () => {
    const hook = await makeHook(server.data, { name: 'junk', rooms: [], secret: null })
    const broken = await fetch(server.baseUrl + hook.path, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    })
    assert.deepEqual([broken.status, await errcodeOf(broken)], [400, 'M_NOT_JSON'])
    const large = await fetch(server.baseUrl + hook.path, { method: 'POST', body: 'x'.repeat(6 * 1024 * 1024) })
    assert.equal(large.status, 413)
  })

  test('a pipeline is one message, edited until it has ended', async () => {
    const roomId = await publicRoom()
    const hook = await makeHook(server.data, { name: 'pipelines', rooms: [roomId], secret: 'chosen by hand' })
    const { payload, headers } = fixture('GitLab: a pipeline with jobs')
    const token = { ...headers, 'x-gitlab-token': 'chosen by hand' }
    const running = changed(payload, 'object_attributes', { status: 'running' })
    await deliver(server.baseUrl, hook, running, token)
    const [first] = await waitFor(alice, roomId, ({ length }) => length > 0)
    assert.match(first?.body ?? '', /^🟡 team\/project: Pipeline #7 is running/)
    await deliver(server.baseUrl, hook, payload, token)
    const [ended] = await waitFor(alice, roomId, ([shown]) => shown?.body.startsWith('✅') === true)
    assert.equal(ended?.eventId, first?.eventId)
    assert.equal((await shownIn(alice, roomId)).length, 1)
  })

  test('only what changes: broke, still broken, fixed', async () => {
    const roomId = await publicRoom()
    const wishes = { topics: ['pipeline'], branches: ['ma*'], only_changes: true }
    const hook = await makeHook(server.data, { name: 'changes', rooms: [roomId], wishes })
    const { payload, headers } = fixture('GitHub: a workflow that failed')
    const run = (id: number, conclusion: string, branch = 'main') => {
      const more = { id, conclusion, head_branch: branch, run_number: id }
      return deliver(server.baseUrl, hook, changed(payload, 'workflow_run', more), headers)
    }
    for (const [id, result] of ['success', 'failure', 'failure', 'success', 'success'].entries())
      await run(id + 1, result)
    await run(9, 'failure', 'other')
    const push = fixture('GitHub: a push')
    await deliver(server.baseUrl, hook, push.payload, push.headers)
    const shown = await waitFor(alice, roomId, (all) => all.some(({ body }) => body.includes('fixed')))
    assert.deepEqual(
      shown.map(({ body }) => body.split('\n', 1)[0]),
      [
        '❌ team/project: Tests #3 failed (still broken, 2 in a row) on main in 3 min 2 s',
        '💚 team/project: Tests #4 passed (fixed) on main in 3 min 2 s',
      ],
    )
  })

  test('a template of the hook makes the message, without running code or letting markup in', async () => {
    const roomId = await publicRoom()
    const wishes = { template: '<b>{{ payload.title }}</b> {{ payload.constructor }}' }
    const hook = await makeHook(server.data, { name: 'template', rooms: [roomId], secret: null, wishes })
    await deliver(server.baseUrl, hook, { title: '<i>Disk</i> full' })
    const [shown] = await waitFor(alice, roomId, ({ length }) => length > 0)
    assert.equal(shown?.body, '<i>Disk</i> full')
  })

  test('nothing is said in an encrypted room, and the operator sees why', async () => {
    const initial = [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }]
    const roomId = await alice.createRoom({ preset: 'public_chat', initial_state: initial })
    const hook = await makeHook(server.data, { name: 'encrypted', rooms: [roomId], secret: null })
    await deliver(server.baseUrl, hook, { text: 'in the open' })
    const path = `/_myelin/admin/v1/webhooks/${hook.hookId}`
    const delivery = await eventually(async () => {
      const { deliveries } = await admin(server.data, { method: 'GET', path })
      return deliveries[0]?.state === 'failed' ? deliveries[0] : undefined
    })
    assert.match(delivery.result, /encrypted/)
    assert.deepEqual(await shownIn(alice, roomId), [])
  })

  test('a private room has to invite the account of the hooks first', async () => {
    const roomId = await alice.createRoom({ preset: 'private_chat' })
    await assert.rejects(makeHook(server.data, { name: 'private', rooms: [roomId] }), /invite it there/)
    await alice.post(`/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: '@hooks:hs1' })
    const hook = await eventually(() =>
      makeHook(server.data, { name: 'private', rooms: [roomId] }).catch(() => undefined),
    )
    await deliver(server.baseUrl, hook, { text: 'x' }, { authorization: `Bearer ${hook.secret}` })
    assert.equal((await waitFor(alice, roomId, ({ length }) => length > 0))[0]?.body, 'x')
  })

  test('a hook goes with the people when its room is upgraded', async () => {
    const roomId = await publicRoom()
    const hook = await makeHook(server.data, { name: 'upgraded', rooms: [roomId], secret: null })
    const upgrade = () => alice.post(`/rooms/${encodeURIComponent(roomId)}/upgrade`, { new_version: '11' })
    const { replacement_room: newer } = await upgrade()
    await deliver(server.baseUrl, hook, { text: 'where are you' })
    const [shown] = await waitFor(alice, newer, ({ length }) => length > 0)
    assert.equal(shown?.body, 'where are you')
    const path = `/_myelin/admin/v1/webhooks/${hook.hookId}`
    const { webhook } = await admin(server.data, { method: 'GET', path })
    assert.deepEqual(webhook.rooms, [newer])
  })

  test('a room that merely says it was replaced by another does not send a hook there', async () => {
    const [roomId, other] = [await publicRoom(), await publicRoom()]
    const hook = await makeHook(server.data, { name: 'misled', rooms: [roomId], secret: null })
    await alice.put(`/rooms/${encodeURIComponent(roomId)}/state/m.room.tombstone/`, {
      body: 'gone',
      replacement_room: other,
    })
    await deliver(server.baseUrl, hook, { text: 'here' })
    const [shown] = await waitFor(alice, roomId, ({ length }) => length > 0)
    assert.equal(shown?.body, 'here')
    assert.deepEqual(await shownIn(alice, other), [])
  })

  test('a hook is not made for a room where nobody could hear it', async () => {
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      power_level_content_override: { users_default: -1 },
    })
    await assert.rejects(
      makeHook(server.data, { name: 'mute', rooms: [roomId] }),
      /may not speak.*give it power level 0/,
    )
  })

  test('a moderator makes, tries, silences and removes a hook by words; others cannot', async () => {
    const roomId = await publicRoom()
    const bob = await server.user('bob')
    await bob.join(roomId)
    await alice.post(`/rooms/${encodeURIComponent(roomId)}/invite`, { user_id: '@hooks:hs1' })
    const say = (user: User, body: string) =>
      user.put(`/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${encodeURIComponent(body + Math.random())}`, {
        msgtype: 'm.text',
        body,
      })
    const answered = (pattern: RegExp) =>
      waitFor(alice, roomId, (all) => all.some(({ sender, body }) => sender === '@hooks:hs1' && pattern.test(body)))
    await eventually(async () => {
      const members = await alice.get(`/rooms/${encodeURIComponent(roomId)}/joined_members`)
      return members.joined['@hooks:hs1']
    })
    await say(bob, '!ci add mine')
    await answered(/Only moderators/)
    await say(alice, '!ci add build')
    await answered(/Hook build is made/)
    const { webhooks } = await admin(server.data, { method: 'GET', path: '/_myelin/admin/v1/webhooks' })
    const made = webhooks.find(({ name }: { name: string }) => name === 'build')
    const secret = await eventually(async () => {
      const { rooms } = await alice.get('/sync')
      for (const invited of Object.keys(rooms?.invite ?? {})) {
        await alice.join(invited)
        const found = (await shownIn(alice, invited)).map(({ body }) => /Secret: (\S+)/.exec(body)?.[1]).find(Boolean)
        if (found !== undefined) return found
      }
      return undefined
    })
    const hook = { path: made.address, hookId: made.hook_id, secret }
    const { payload, headers, body } = fixture('GitHub: a release')
    assert.equal((await deliver(server.baseUrl, hook, payload, headers)).status, 202)
    await waitFor(alice, roomId, (all) => all.some((each) => each.body === body))
    await say(alice, '!ci test build')
    await answered(/^Hook build works/)
    await say(alice, '!ci mute build 2h')
    await answered(/is muted until/)
    await say(alice, '!ci remove build')
    await answered(/no longer tells this room/)
    assert.equal((await deliver(server.baseUrl, hook, payload, headers)).status, 404)
  })
})

test('commands are heard from the first hook on, and names may be several words', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await makeHook(server.data, { name: 'first', rooms: [roomId] })
  const answerTo = async (body: string, pattern: RegExp) => {
    const content = { msgtype: 'm.text', body }
    await alice.put(`/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${encodeURIComponent(body)}`, content)
    await waitFor(alice, roomId, (all) =>
      all.some(({ sender, body: said }) => sender === '@hooks:hs1' && pattern.test(said)),
    )
  }
  await answerTo('!ci list', /^first$/)
  await answerTo('!ci add nightly  build', /^Hook nightly build is made/)
  await answerTo('!ci mute nightly build', /^For how long/)
  await answerTo('!ci mute nightly build 2h', /^Hook nightly build is muted until/)
  await answerTo('!ci unmute nightly build', /no longer muted/)
  await answerTo('!ci test nightly build', /^Hook nightly build works/)
  await answerTo('!ci remove nightly build', /no longer tells this room/)
})

test('what was acknowledged is told after a kill, in every room and once', async () => {
  await using server = await ServerProcess.start()
  const alice = await User.register(server.baseUrl, 'alice')
  const rooms: string[] = []
  for (let count = 0; count < 5; count++) rooms.push(await alice.createRoom({ preset: 'public_chat' }))
  const hook = await makeHook(server.data, { name: 'killed', rooms, secret: null })
  const texts = Array.from({ length: 30 }, (_, count) => `delivery ${count}`)
  for (const [count, text] of texts.entries()) {
    const answer = await deliver(server.baseUrl, hook, { text }, { 'webhook-id': `d${count}` })
    assert.equal(answer.status, 202)
    if (count % 15 !== 14) continue
    await server.kill('SIGKILL')
    await server.start()
  }
  for (const roomId of rooms) {
    const shown = await waitFor(alice, roomId, ({ length }) => length >= texts.length)
    assert.deepEqual(
      shown.map(({ body }) => body),
      texts,
    )
  }
})
