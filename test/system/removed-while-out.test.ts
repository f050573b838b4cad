// What puts a user of a server out of a room while that server is not in it: it counts once the server comes back through
// others who have not heard of it, even if the server was started anew meanwhile.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pdu } from '@myelin/algorithms/event'
import { missedRemovalsPerRoomMax } from '@myelin/server/federation-limits'
import { eventById } from '@myelin/server/store/events'
import { missedRemovals } from '@myelin/server/store/missed-removals'
import type { User } from './testing/api.ts'
import { beside } from './testing/beside.ts'
import { eventually, type Network } from './testing/network.ts'
import { type RemoteRoom, type RemoteServer } from './testing/remote-server.ts'

let net: Network
let alice: User
let remote: RemoteServer

beside(['elsewhere.test'], (opened) => ({ net, alice, remote } = opened))

const join = (room: RemoteRoom) => alice.post(`/join/${encodeURIComponent(room.roomId)}?via=elsewhere.test`)

async function storedRoom({ roomId }: RemoteRoom) {
  const stored = await net.server(0).services.rooms.byId(roomId)
  assert.ok(stored)
  return stored
}

const kept = async (room: RemoteRoom) => missedRemovals(net.server(0).services.store.read, (await storedRoom(room)).nid)

/** Alice leaves, and is banned by somebody who has not heard of that; the next join does not follow the ban. */
async function bannedWhileOut() {
  const room = remote.createRoom(net.server(0), '11')
  await join(room)
  const { last, depth } = room
  await alice.post(`/rooms/${encodeURIComponent(room.roomId)}/leave`, {})
  const member = { type: 'm.room.member', state_key: alice.userId }
  const ban = room.event({ ...member, content: { membership: 'ban' }, prev_events: [last], depth: depth + 1 })
  const results = await room.send(ban)
  assert.match(results[ban.eventId]?.error ?? '', /not in the room/)
  for (let n = 0; n < 5; n++) room.next()
  return { room, ban, verdict: async () => (await net.server(0).services.rooms.explainEvent(ban.eventId))?.verdict }
}

test('a ban that came while a server was out of the room counts once it is back', async () => {
  const { room, verdict } = await bannedWhileOut()
  await join(room)
  await eventually(async () => (await verdict()) === 'accepted' || undefined)
  assert.equal((await storedRoom(room)).localJoined.size, 0)
  assert.deepEqual(await kept(room), [])
})

test('also where the server was started anew in between', async () => {
  const { room, verdict } = await bannedWhileOut()
  await net.server(0).stop()
  await net.server(0).start()
  alice = alice.at(net.server(0).baseUrl)
  await join(room)
  await eventually(async () => (await verdict()) === 'accepted' || undefined)
  assert.equal((await storedRoom(room)).localJoined.size, 0)
})

test('it is kept where a join fails, for the next one', async () => {
  const { room, ban, verdict } = await bannedWhileOut()
  remote.answers.set('send_join', () => ({ status: 403, body: { errcode: 'M_FORBIDDEN', error: 'No' } }))
  await assert.rejects(join(room))
  assert.deepEqual(
    (await kept(room)).map(({ eventId }) => eventId),
    [ban.eventId],
  )
  room.admits()
  await join(room)
  await eventually(async () => (await verdict()) === 'accepted' || undefined)
})

test('of many such events of a room the last are kept, and nothing of whom this server does not have', async () => {
  const { room } = await bannedWhileOut()
  const banOf = (userId: string) =>
    room.event({ type: 'm.room.member', state_key: userId, content: { membership: 'ban' } })
  await room.send(banOf(`@nobody:${net.server(0).serverName}`), banOf('@somebody:elsewhere.test'), room.event())
  assert.equal((await kept(room)).length, 1)
  const bans = Array.from({ length: missedRemovalsPerRoomMax + 3 }, () => banOf(alice.userId))
  for (const ban of bans) await room.send(ban)
  const ids = (await kept(room)).map(({ eventId }) => eventId)
  assert.ok(ids.length <= missedRemovalsPerRoomMax)
  assert.equal(ids.at(-1), bans.at(-1)?.eventId)
})

test('a server that is asked to let somebody in again is told first that they have left', async () => {
  const room = remote.createRoom(net.server(0), '11')
  await join(room)
  const seen = remote.seen.length
  remote.answers.set('send/', () => 'never')
  await alice.post(`/rooms/${encodeURIComponent(room.roomId)}/leave`, {})
  const [leave] = (await storedRoom(room)).heads
  assert.ok(leave)
  await eventually(async () => remote.seen.length > seen || undefined)
  remote.answers.delete('send/')
  const waiting = remote.seen.length
  await join(room)
  const asked = remote.seen.slice(waiting)
  const told = asked.findIndex(({ url, body }) => url.includes('/send/') && body.includes('"membership":"leave"'))
  assert.notEqual(told, -1)
  assert.ok(told < asked.findIndex(({ url }) => url.includes('/make_join/')))
  remote.hangUp()
})

test('a server that takes one transaction at a time, and is at one, lets them in all the same', async () => {
  const room = remote.createRoom(net.server(0), '11')
  await join(room)
  await alice.post(`/rooms/${encodeURIComponent(room.roomId)}/leave`, {})
  remote.answers.set('send/', () => ({ status: 429, body: { errcode: 'M_UNKNOWN', error: 'Too many transactions' } }))
  await join(room)
  remote.answers.delete('send/')
})

test('what put a user out counts where those who let them in again have not taken it in yet', async () => {
  const room = remote.createRoom(net.server(0), '11')
  await join(room)
  const ban = room.event({ type: 'm.room.member', state_key: alice.userId, content: { membership: 'ban' } })
  await room.send(ban)
  const stored = await storedRoom(room)
  assert.equal(stored.localJoined.size, 0)
  for (let n = 0; n < 3; n++) room.next()
  await join(room)
  assert.equal(stored.localJoined.size, 0)
  assert.deepEqual(
    stored.heads.map(({ eventId }) => eventId === ban.eventId),
    [true, false],
  )
})

test('nor does a user who has left come back with another one', async () => {
  const bob = await net.server(0).user('bob')
  const room = remote.createRoom(net.server(0), '11')
  await join(room)
  const path = encodeURIComponent(room.roomId)
  await bob.post(`/join/${path}`)
  const joined = (await storedRoom(room)).heads[0]
  assert.ok(joined)
  room.state.set(`m.room.member ${bob.userId}`, joined.eventId)
  remote.events.set(joined.eventId, await builtEvent(joined.eventId))
  await bob.post(`/rooms/${path}/leave`, {})
  await alice.post(`/rooms/${path}/leave`, {})
  await join(room)
  assert.equal((await bob.sync()).rooms?.join?.[room.roomId], undefined)
})

/** An event of this server as the other one would have it. */
async function builtEvent(eventId: string) {
  const row = await eventById(net.server(0).services.store.read, eventId)
  assert.ok(row)
  return { eventId, pdu: JSON.parse(row.json) as Pdu, json: row.json }
}
