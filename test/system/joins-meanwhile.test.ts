// What other servers send to a room while this one is still coming into it: acknowledged at once, and in the room as soon as
// the join is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inOrderForLong } from '@myelin/server/rooms/receive'
import type { Seen } from '@myelin/server/federation/testing/tls-peer'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

let net: Network
let remote: RemoteServer
let near: RemoteServer
let alice: User
before(async () => {
  net = await Network.create(1, ['far.test', 'near.test'])
  remote = await RemoteServer.start(net, 'far.test')
  near = await RemoteServer.start(net, 'near.test')
  alice = await net.server(0).user('alice')
})
after(async () => {
  await near[Symbol.asyncDispose]()
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const join = (room: RemoteRoom, ...first: readonly string[]) => {
  const via = [...first, 'far.test'].map((server) => `via=${server}`).join('&')
  return alice.call(`/join/${encodeURIComponent(room.roomId)}?${via}`, { method: 'POST', body: {} })
}

const bodies = async (room: RemoteRoom) =>
  (await alice.history(room.roomId)).map(({ content }) => content.body).filter((body) => body !== undefined)

/** The room's next message. */
const message = (room: RemoteRoom, body: string) => room.next({ content: { msgtype: 'm.text', body } })

const inHotRoom = async (room: RemoteRoom) => {
  const hot = await net.server(0).services.rooms.byId(room.roomId)
  assert.ok(hot)
  return hot
}

/** The state comes when `release` is called, with `status`; resolves when it is asked for. */
async function holdsState(room: RemoteRoom): Promise<{ asked: Promise<void>; release: (status: number) => void }> {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<number>()
  room.admits()
  const admit = remote.answers.get('send_join')
  assert.ok(admit)
  remote.answers.set('send_join', async (path, seen) => {
    const answer = await admit(path, seen)
    asked.resolve()
    const status = await released.promise
    return status === 200 ? answer : { status, body: { errcode: 'M_FORBIDDEN', error: 'No' } }
  })
  return { asked: asked.promise, release: released.resolve }
}

test('what comes while the state of a join does is acknowledged at once, and in the room right after', async () => {
  const other = remote.createRoom(net.server(0), '11')
  assert.equal((await join(other)).status, 200)
  const room = remote.createRoom(net.server(0), '11')
  const { asked, release } = await holdsState(room)
  const joining = join(room)
  await asked
  const said = ['one', 'two', 'three'].map((body) => message(room, body))
  const elsewhere = message(other, 'elsewhere')
  const results = await remote.send(
    net.server(0),
    [...said, elsewhere].map(({ json }) => json),
  )
  assert.deepEqual(results, Object.fromEntries([...said, elsewhere].map(({ eventId }) => [eventId, {}])))
  assert.deepEqual(await bodies(other), ['elsewhere'])
  assert.equal(net.server(0).services.rooms.stagedEvents.size, 3)
  release(200)
  assert.equal((await joining).status, 200)
  await eventually(async () => ((await bodies(room)).length === 3 ? true : undefined))
  assert.deepEqual(await bodies(room), ['one', 'two', 'three'])
  assert.deepEqual(remote.asked('get_missing_events'), [])
  await eventually(async () => (net.server(0).services.rooms.stagedEvents.size === 0 ? true : undefined))
})

for (const [outcome, status] of [
  ['comes in', 200],
  ['is refused', 403],
] as const)
  test(`an invite for somebody else is answered while a join goes on, and shown when that ${outcome}`, async () => {
    const bob = await net.server(0).user(`bob-${status}`)
    const room = remote.createRoom(net.server(0), '11')
    room.next({ type: 'm.room.name', state_key: '', content: { name: 'Far away' } })
    const { asked, release } = await holdsState(room)
    const joining = join(room)
    await asked
    const invite = room.next({ type: 'm.room.member', state_key: bob.userId, content: { membership: 'invite' } })
    const path = `/_matrix/federation/v2/invite/${[room.roomId, invite.eventId].map(encodeURIComponent).join('/')}`
    const described = [...room.state.values()].map((eventId) => remote.events.get(eventId)?.json)
    const body = `{"event":${invite.json},"room_version":"11","invite_room_state":[${described.join(',')}]}`
    assert.equal((await remote.call(net.server(0), 'PUT', path, body)).status, 200)
    assert.equal((await bob.sync()).rooms?.invite, undefined)
    release(status)
    assert.equal((await joining).status, status)
    const shown = await eventually(async () => (await bob.sync()).rooms?.invite?.[room.roomId])
    const state = shown.invite_state.events as { readonly type: string; readonly content: { readonly name?: string } }[]
    assert.equal(state.find(({ type }) => type === 'm.room.name')?.content.name, 'Far away')
  })

test('what comes while a server fails to let somebody in is in the room once the next has', async () => {
  const room = remote.createRoom(net.server(0), '11')
  room.servesState()
  const makeJoin = remote.answers.get('make_join')
  assert.ok(makeJoin)
  // Both servers let the join follow what there was in the beginning.
  const template = await makeJoin(`/make_join/${room.roomId}/${encodeURIComponent(alice.userId)}`, {} as Seen)
  near.answers.set('make_join', () => template)
  const [sent, failed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const [asked, given] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  near.answers.set('send_join', async () => {
    sent.resolve()
    await failed.promise
    return { status: 500, body: { errcode: 'M_UNKNOWN', error: 'Not now' } }
  })
  remote.answers.set('make_join', async () => {
    asked.resolve()
    await given.promise
    return template
  })
  const joining = join(room, 'near.test')
  await sent.promise
  const one = message(room, 'one')
  assert.deepEqual(await room.send(one), { [one.eventId]: {} })
  failed.resolve()
  await asked.promise
  const two = message(room, 'two')
  assert.deepEqual(await room.send(two), { [two.eventId]: {} })
  given.resolve()
  assert.equal((await joining).status, 200)
  await eventually(async () => ((await bodies(room)).length === 2 ? true : undefined))
  assert.deepEqual(await bodies(room), ['one', 'two'])
})

test('more than fit elsewhere wait for a join', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const { asked, release } = await holdsState(room)
  const joining = join(room)
  await asked
  for (let round = 0; round < 3; round++)
    await room.send(...Array.from({ length: 40 }, (_, index) => message(room, `${round * 40 + index}`)))
  release(200)
  assert.equal((await joining).status, 200)
  await eventually(async () => ((await bodies(room)).length === 120 ? true : undefined))
  assert.deepEqual(
    await bodies(room),
    Array.from({ length: 120 }, (_, index) => String(index)),
  )
})

test('what waits for a join that a stop cuts short is in the room once the join is', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const { asked, release } = await holdsState(room)
  const joining = join(room)
  await asked
  const said = ['one', 'two'].map((body) => message(room, body))
  assert.deepEqual(await room.send(...said), Object.fromEntries(said.map(({ eventId }) => [eventId, {}])))
  await net.server(0).stop()
  assert.equal((await joining).status, 503)
  room.admits()
  await net.server(0).start()
  release(403)
  alice = alice.at(net.server(0).baseUrl)
  const shown = async () => {
    const { timeline } = (await alice.sync()).rooms?.join?.[room.roomId] ?? { timeline: { events: [] } }
    const events = timeline.events as { readonly content: { readonly body?: string } }[]
    return events.flatMap(({ content }) => content.body ?? [])
  }
  await eventually(async () => ((await shown()).length === 2 ? true : undefined))
  assert.deepEqual(await shown(), ['one', 'two'])
})

test('what waited for a join that fails is dropped', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const { asked, release } = await holdsState(room)
  const joining = join(room)
  await asked
  const { eventId } = message(room, 'too early')
  assert.deepEqual(await remote.send(net.server(0), [remote.events.get(eventId)?.json ?? '']), { [eventId]: {} })
  release(403)
  assert.equal((await joining).status, 403)
  const { rooms } = net.server(0).services
  await eventually(async () => (rooms.stagedEvents.size === 0 ? true : undefined))
  assert.equal(await rooms.findEvent(await inHotRoom(room), eventId), undefined)
})

test('nobody waits while the members that came behind are put in their place', async () => {
  const room = remote.createRoom(net.server(0), '11')
  assert.equal((await join(room)).status, 200)
  const { context } = net.server(0).services.rooms
  const { promise: placed, resolve: place } = Promise.withResolvers<void>()
  const placing = inOrderForLong(context, await inHotRoom(room), () => placed)
  const { eventId, json } = message(room, 'meanwhile')
  assert.deepEqual(await remote.send(net.server(0), [json]), { [eventId]: {} })
  assert.deepEqual(await bodies(room), [])
  place()
  await placing
  await eventually(async () => ((await bodies(room)).length === 1 ? true : undefined))
})
