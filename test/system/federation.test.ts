// Rooms shared by servers: whole servers over TLS, used through the client-server API alone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signEvent } from '@myelin/algorithms/signatures'
import type { RoomId, UserId } from '@myelin/protocol/identifiers'
import { getEventByTimestamp } from '@myelin/protocol/server-server/events'
import { queryProfile } from '@myelin/protocol/server-server/query'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'

let net: Network
let alice: User
let bob: User
before(async () => {
  net = await Network.create(2)
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
})
after(() => net[Symbol.asyncDispose]())

const forked: string[] = []

const path = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`

const joinThrough = (user: User, roomId: string, server: string) =>
  user.post(`/join/${encodeURIComponent(roomId)}?via=${server}`)

/** Waits until the user has that message in the room. */
const hears = (user: User, roomId: string, body: string) =>
  eventually(async () => (await user.history(roomId)).find((event) => event.content.body === body))

/** The state of a room as a user sees it: event ids by type and key. */
async function stateOf(user: User, roomId: string): Promise<Record<string, string>> {
  const events = await user.get(`${path(roomId)}/state`)
  const entries = events.map((event: { type: string; state_key: string; event_id: string }) => [
    `${event.type} ${event.state_key}`,
    event.event_id,
  ])
  return Object.fromEntries(entries.toSorted())
}

const sameState = (roomId: string, ...users: readonly User[]) =>
  eventually(async () => {
    const [first, ...others] = await Promise.all(users.map(async (user) => JSON.stringify(await stateOf(user, roomId))))
    return others.every((other) => other === first) ? true : undefined
  })

for (const version of ['10', '11', '12'])
  test(`a public room of version ${version} is joined from another server, and both talk`, async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat', room_version: version, name: 'Shared' })
    await alice.say(roomId, 'before')
    assert.equal((await joinThrough(bob, roomId, 'hs1.test')).room_id, roomId)
    await alice.say(roomId, 'hello from one')
    await hears(bob, roomId, 'hello from one')
    await bob.say(roomId, 'hello from two')
    const heard = await hears(alice, roomId, 'hello from two')
    assert.equal(heard.sender, '@bob:hs2.test')
    await sameState(roomId, alice, bob)
    const { joined } = await alice.get(`${path(roomId)}/joined_members`)
    assert.deepEqual(Object.keys(joined).toSorted(), ['@alice:hs1.test', '@bob:hs2.test'])
  })

test('an invite reaches a user of another server, who accepts it and later leaves', async () => {
  const roomId = await alice.createRoom({ name: 'Invited', invite: ['@bob:hs2.test'] })
  const invite = await eventually(async () => (await bob.sync()).rooms?.invite?.[roomId])
  const shown = new Set(invite.invite_state.events.map((event: { type: string }) => event.type))
  assert.ok(shown.has('m.room.name') && shown.has('m.room.member'))
  await bob.join(roomId)
  await bob.say(roomId, 'thanks')
  await hears(alice, roomId, 'thanks')
  await bob.post(`${path(roomId)}/leave`)
  await eventually(async () => {
    const { joined } = await alice.get(`${path(roomId)}/joined_members`)
    return '@bob:hs2.test' in joined ? undefined : true
  })
})

test('an invite is declined', async () => {
  const roomId = await alice.createRoom({ name: 'Unwanted' })
  await alice.post(`${path(roomId)}/invite`, { user_id: '@bob:hs2.test' })
  await eventually(async () => (await bob.sync()).rooms?.invite?.[roomId])
  await bob.post(`${path(roomId)}/leave`)
  await eventually(async () => {
    const member = await alice.get(`${path(roomId)}/state/m.room.member/${encodeURIComponent('@bob:hs2.test')}`)
    return member.membership === 'leave' ? true : undefined
  })
  assert.equal((await bob.sync()).rooms?.invite?.[roomId], undefined)
})

test('a kick and a ban are felt on the other server, and a user who may comes back', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await joinThrough(bob, roomId, 'hs1.test')
  await alice.post(`${path(roomId)}/kick`, { user_id: '@bob:hs2.test' })
  await eventually(async () => ((await bob.sync()).rooms?.join?.[roomId] ? undefined : true))
  await joinThrough(bob, roomId, 'hs1.test')
  await bob.say(roomId, 'I am back')
  await hears(alice, roomId, 'I am back')
  await alice.post(`${path(roomId)}/ban`, { user_id: '@bob:hs2.test' })
  await eventually(async () => ((await bob.sync()).rooms?.join?.[roomId] ? undefined : true))
  const refused = await bob.call(`/join/${encodeURIComponent(roomId)}?via=hs1.test`, { method: 'POST', body: {} })
  assert.equal(refused.status, 403)
})

test('the profile of a user is looked up at the server of that user', async () => {
  const profile = `/profile/${encodeURIComponent(alice.userId)}`
  await alice.put(`${profile}/displayname`, { displayname: 'Alice A.' })
  assert.equal((await bob.get(profile)).displayname, 'Alice A.')
  assert.deepEqual(await bob.get(`${profile}/displayname`), { displayname: 'Alice A.' })
  const unknown = await bob.call('/profile/%40nobody%3Ahs1.test')
  assert.deepEqual([unknown.status, unknown.body.errcode], [404, 'M_NOT_FOUND'])
})

test('a server that asks for a field which a profile has not is answered without it', async () => {
  const { peers } = net.server(1).services.federation
  const query = { user_id: alice.userId as UserId, field: 'avatar_url' }
  assert.deepEqual(await peers.call('hs1.test', queryProfile, { query }), {})
})

test('an alias of another server leads into its room', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'lobby' })
  assert.equal((await bob.join('#lobby:hs1.test')).room_id, roomId)
})

for (const version of ['11', '12'])
  test(`both servers change the state of a room of version ${version} at once, and agree in the end`, async () => {
    const roomId = await alice.createRoom({
      preset: 'public_chat',
      room_version: version,
      power_level_content_override: { users_default: 50 },
    })
    await joinThrough(bob, roomId, 'hs1.test')
    const quarrel = async (user: User) => {
      for (let round = 0; round < 10; round++) {
        await user.put(`${path(roomId)}/state/m.room.topic/`, { topic: `${user.userId} ${round}` })
        await user.say(roomId, `${user.userId} ${round}`)
        await user.put(`${path(roomId)}/state/org.example.own/${round}`, { of: user.userId })
      }
    }
    await Promise.all([quarrel(alice), quarrel(bob)])
    await Promise.all([hears(alice, roomId, `${bob.userId} 9`), hears(bob, roomId, `${alice.userId} 9`)])
    await alice.say(roomId, 'peace')
    await hears(bob, roomId, 'peace')
    await sameState(roomId, alice, bob)
    forked.push(roomId)
    for (const user of [alice, bob]) {
      const said = (await user.history(roomId)).filter((event) => event.type === 'm.room.message')
      assert.equal(said.length, 21)
    }
  })

test('a knock is answered with an invite, and the user comes in', async () => {
  const roomId = await alice.createRoom({
    initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
  })
  await bob.post(`/knock/${encodeURIComponent(roomId)}?via=hs1.test`)
  await eventually(async () => (await bob.sync()).rooms?.knock?.[roomId])
  await alice.post(`${path(roomId)}/invite`, { user_id: bob.userId })
  await eventually(async () => (await bob.sync()).rooms?.invite?.[roomId])
  await bob.join(roomId)
  await bob.say(roomId, 'let in')
  await hears(alice, roomId, 'let in')
})

test('who knocked learns that the knock is turned down', async () => {
  const roomId = await alice.createRoom({
    initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
  })
  await bob.post(`/knock/${encodeURIComponent(roomId)}?via=hs1.test`)
  await eventually(async () => (await bob.sync()).rooms?.knock?.[roomId])
  await alice.post(`${path(roomId)}/kick`, { user_id: bob.userId })
  await eventually(async () => ((await bob.sync()).rooms?.knock?.[roomId] ? undefined : true))
})

test('a knock is taken back', async () => {
  const roomId = await alice.createRoom({
    initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
  })
  await bob.post(`/knock/${encodeURIComponent(roomId)}?via=hs1.test`)
  await bob.post(`${path(roomId)}/leave`)
  const member = await alice.get(`${path(roomId)}/state/m.room.member/${encodeURIComponent(bob.userId)}`)
  assert.equal(member.membership, 'leave')
})

test('a server that the room bars is not heard', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await joinThrough(bob, roomId, 'hs1.test')
  const { peers } = net.server(1).services.federation
  const input = { path: { roomId: roomId as RoomId }, query: { ts: 1, dir: 'f' } } as const
  await peers.call('hs1.test', getEventByTimestamp, input)
  await alice.put(`${path(roomId)}/state/m.room.server_acl/`, { allow: ['*'], deny: ['hs2.test'] })
  await assert.rejects(peers.call('hs1.test', getEventByTimestamp, input), { errcode: 'M_FORBIDDEN' })
  await bob.say(roomId, 'can you hear me?')
  const elsewhere = await alice.createRoom({ preset: 'public_chat' })
  await joinThrough(bob, elsewhere, 'hs1.test')
  await bob.say(elsewhere, 'and here?')
  await hears(alice, elsewhere, 'and here?')
  assert.ok(!(await alice.history(roomId)).some((event) => event.content.body === 'can you hear me?'))
})

test('a joined room comes with the next sync, with its state', async () => {
  const { next_batch: since } = await bob.sync()
  const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Fresh' })
  await joinThrough(bob, roomId, 'hs1.test')
  const invited = await alice.createRoom({ name: 'Invited', invite: [bob.userId] })
  await eventually(async () => (await bob.sync()).rooms?.invite?.[invited])
  await bob.join(invited)
  for (const filter of [{ since }, {}] as Record<string, string>[]) {
    const { rooms } = await bob.sync(filter)
    for (const each of [roomId, invited]) hasWholeState(rooms.join[each])
  }
})

function hasWholeState(room: {
  state: { events: { type: string }[] }
  timeline: { events: { type: string }[] }
}): void {
  const types = new Set([...room.state.events, ...room.timeline.events].map(({ type }) => type))
  for (const type of ['m.room.create', 'm.room.name', 'm.room.power_levels', 'm.room.member'])
    assert.ok(types.has(type), type)
}

test('a server cannot speak for users of another', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await joinThrough(bob, roomId, 'hs1.test')
  await bob.say(roomId, 'genuine')
  await hears(alice, roomId, 'genuine')
  const { rooms, federation } = net.server(1).services
  const room = await rooms.byId(roomId)
  const genuine = room?.recent.at(-1)
  assert.ok(room && genuine)
  const { hashes: _, signatures: __, ...fields } = JSON.parse(genuine.json)
  const signer = { serverName: 'hs2.test', key: rooms.context.signingKey }
  const forged = signEvent({ ...fields, sender: alice.userId }, room.rules, signer)
  const stranger = signEvent({ ...fields, sender: '@mallory:hs2.test' }, room.rules, signer)
  const answer = await federation.peers.call('hs1.test', sendTransaction, {
    path: { txnId: 'forged' },
    body: { origin: 'hs2.test', origin_server_ts: Date.now(), pdus: [forged, stranger, { type: 1 }], edus: [] },
  })
  const errors = Object.values(answer.pdus).map(({ error }) => error)
  assert.equal(errors.filter((error) => error !== undefined).length, 2, JSON.stringify(answer))
  assert.equal((await alice.history(roomId)).filter((event) => event.content.body === 'genuine').length, 1)
})

test('a server that was away receives what was said meanwhile', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await joinThrough(bob, roomId, 'hs1.test')
  await net.server(1).stop()
  for (let round = 0; round < 60; round++) await alice.say(roomId, `while you were away ${round}`)
  await net.server(1).start()
  const back = await eventually(async () => net.server(1).baseUrl || undefined)
  bob = new User(back, {
    user_id: bob.userId,
    access_token: bob.token,
    device_id: bob.deviceId,
  })
  await bob.say(roomId, 'I am here again')
  await hears(alice, roomId, 'I am here again')
  await hears(bob, roomId, 'while you were away 59')
  await sameState(roomId, alice, bob)
  for (const each of forked) await sameState(each, alice, bob)
})
