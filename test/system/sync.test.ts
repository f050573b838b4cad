// Sync and what belongs to it over real sockets: filters, long polls that are given up, push rules, receipts, presence.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { User } from './testing/api.ts'
import { TestServer } from './testing/server.ts'

let server: TestServer
let alice: User
let bob: User
let roomId: string

before(async () => {
  server = await TestServer.start()
  alice = await User.register(server.baseUrl, 'alice')
  bob = await User.register(server.baseUrl, 'bob')
  roomId = await alice.createRoom({ preset: 'public_chat' })
  await bob.join(roomId)
})
after(() => server[Symbol.asyncDispose]())

const errcode = async (user: User, path: string) => {
  const { status, body } = await user.call(path)
  return [status, body.errcode]
}
const json = (value: unknown) => encodeURIComponent(JSON.stringify(value))

test('a filter is taken by id and as JSON, and a bad one refused', async () => {
  const filter = { room: { timeline: { limit: 1 }, state: { lazy_load_members: true } } }
  const { filter_id: filterId } = await bob.post(`/user/${bob.userId}/filter`, filter)
  for (const given of [filterId, json(filter)]) {
    const { rooms } = await bob.get(`/sync?filter=${given}`)
    assert.equal(rooms.join[roomId].timeline.events.length, 1)
    assert.equal(rooms.join[roomId].timeline.limited, true)
  }
  assert.deepEqual(await errcode(bob, `/sync?filter=${encodeURIComponent('{"room')}`), [400, 'M_NOT_JSON'])
  assert.deepEqual(await errcode(bob, `/sync?filter=${json({ room: { timeline: { limit: 'x' } } })}`), [
    400,
    'M_BAD_JSON',
  ])
  assert.deepEqual(await errcode(bob, '/sync?filter=4711'), [400, 'M_INVALID_PARAM'])
  assert.deepEqual(await errcode(bob, '/sync?since=x'), [400, 'M_INVALID_PARAM'])
})

test('a client that gives up a long poll and asks again misses nothing', async () => {
  const { next_batch: since } = await bob.get('/sync')
  // Who is online changes with the very request, and would end the poll.
  const filter = JSON.stringify({ presence: { not_types: ['*'] } })
  const poll = `/sync?${new URLSearchParams({ timeout: '60000', since, filter })}`
  const headers = { authorization: `Bearer ${bob.token}` }
  const gaveUp = fetch(`${server.baseUrl}/_matrix/client/v3${poll}`, { headers, signal: AbortSignal.timeout(50) })
  await assert.rejects(gaveUp)
  const polling = bob.get(poll)
  const { event_id: eventId } = await alice.put(`/rooms/${roomId}/send/m.room.message/t1`, {
    msgtype: 'm.text',
    body: 'x',
  })
  const { rooms } = await polling
  assert.equal(rooms.join[roomId].timeline.events[0].event_id, eventId)
  assert.equal(rooms.join[roomId].unread_notifications.notification_count, 1)
  await bob.post(`/rooms/${roomId}/receipt/m.read/${encodeURIComponent(eventId)}`, {})
  const page = await bob.get('/notifications')
  assert.deepEqual(
    page.notifications.map((each: { read: boolean }) => each.read),
    [true],
  )
})

test('state_after comes under the name it was asked for', async () => {
  const stable = (await bob.get('/sync?use_state_after=true')).rooms.join[roomId]
  assert.ok(stable.state_after.events.length > 0)
  assert.equal(stable.state, undefined)
  const unstable = (await bob.get('/sync?org.matrix.msc4222.use_state_after=true')).rooms.join[roomId]
  assert.ok(unstable['org.matrix.msc4222.state_after'].events.length > 0)
})

test('push rules are read, made, moved, switched and deleted, and sync tells of it', async () => {
  const { next_batch: since } = await bob.get('/sync')
  const rules = '/pushrules/global'
  await bob.put(`${rules}/content/tea`, { actions: ['notify'], pattern: 'tea' })
  await bob.put(`${rules}/content/milk?after=tea`, { actions: [], pattern: 'milk' })
  await bob.put(`${rules}/content/milk/enabled`, { enabled: false })
  await bob.put(`${rules}/override/.m.rule.master/enabled`, { enabled: true })
  const { account_data: accountData } = await bob.get(`/sync?since=${since}`)
  const told = accountData.events.find((event: { type: string }) => event.type === 'm.push_rules').content
  assert.deepEqual(told, await bob.get('/pushrules/'))
  assert.deepEqual(
    told.global.content.map((rule: { rule_id: string; enabled: boolean }) => [rule.rule_id, rule.enabled]),
    [
      ['tea', true],
      ['milk', false],
    ],
  )
  assert.deepEqual(await bob.get(`${rules}/override/.m.rule.master/enabled`), { enabled: true })
  assert.equal((await bob.call(`${rules}/content/tea`, { method: 'DELETE' })).status, 200)
  assert.deepEqual(await errcode(bob, `${rules}/content/tea`), [404, 'M_NOT_FOUND'])
  const refused = await bob.call(`${rules}/override/.mine`, { method: 'PUT', body: { actions: [] } })
  assert.deepEqual([refused.status, refused.body.errcode], [400, 'M_INVALID_PARAM'])
  await bob.put(`${rules}/override/.m.rule.master/enabled`, { enabled: false })
})

test('pushers are listed as they were set, and deleted', async () => {
  const pusher = {
    pushkey: 'key',
    kind: 'http',
    app_id: 'app',
    app_display_name: 'App',
    device_display_name: 'Phone',
    lang: 'en',
    data: { url: 'https://push.example.org/_matrix/push/v1/notify' },
  }
  await bob.post('/pushers/set', pusher)
  assert.deepEqual(await bob.get('/pushers'), { pushers: [pusher] })
  await bob.post('/pushers/set', { pushkey: 'key', app_id: 'app', kind: null })
  assert.deepEqual(await bob.get('/pushers'), { pushers: [] })
  const refused = await bob.call('/pushers/set', { method: 'POST', body: { ...pusher, data: { url: 'ftp://x' } } })
  assert.deepEqual([refused.status, refused.body.errcode], [400, 'M_INVALID_PARAM'])
})

test('typing, markers and presence reach the other', async () => {
  const { next_batch: since } = await bob.get('/sync')
  await alice.put(`/rooms/${roomId}/typing/${alice.userId}`, { typing: true, timeout: 30_000 })
  const { rooms } = await bob.get(`/sync?since=${since}`)
  assert.deepEqual(rooms.join[roomId].ephemeral.events, [{ type: 'm.typing', content: { user_ids: [alice.userId] } }])
  const { event_id: eventId } = await alice.put(`/rooms/${roomId}/send/m.room.message/t2`, {
    msgtype: 'm.text',
    body: 'y',
  })
  await alice.post(`/rooms/${roomId}/read_markers`, { 'm.fully_read': eventId, 'm.read': eventId })
  await alice.put(`/presence/${alice.userId}/status`, { presence: 'unavailable', status_msg: 'tea' })
  assert.equal((await bob.get(`/presence/${alice.userId}/status`)).status_msg, 'tea')
})

test('the first token of an empty server waits like any other', async () => {
  await using empty = await TestServer.start({ presence: 'off' })
  const carol = await User.register(empty.baseUrl, 'carol')
  const { next_batch: since } = await carol.sync()
  assert.equal(since, 's0')
  const started = performance.now()
  await carol.sync({ since, timeout: '300' })
  assert.ok(performance.now() - started >= 250)
  const waiting = carol.sync({ since, timeout: '10000' })
  const made = await carol.createRoom()
  assert.ok(made in (await waiting).rooms.join)
})
