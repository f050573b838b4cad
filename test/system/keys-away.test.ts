// A server whose keys cannot be had for a while: what it signed is not left out of a state for good.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import { roomVersion } from '@myelin/algorithms/room-version'
import { signingKeyFromSeed } from '@myelin/algorithms/signatures'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { PushedClock } from './testing/pushed-clock.ts'
import { type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

const clock = new PushedClock()
/** Waits until that is so, while time passes faster than it does. */
const inTheEnd = <T>(look: () => Promise<T | undefined>) =>
  eventually(() => {
    clock.push(250)
    return look()
  })

/** Somebody of another server is in the room. */
function addMember(room: RemoteRoom, home: RemoteServer, away: RemoteServer): string {
  const userId = `@visitor:${away.serverName}`
  const draft = room.event({
    type: 'm.room.member',
    sender: userId,
    state_key: userId,
    content: { membership: 'join' },
  })
  const { hashes: _, signatures: __, ...unsigned } = draft.pdu
  const signed = away.sign(room.rules, unsigned)
  home.events.set(signed.eventId, signed)
  room.state.set(`m.room.member ${userId}`, signed.eventId)
  return userId
}

test('a member whose server gives its key late is in the room once it does', async () => {
  await using net = await Network.create(1, ['home.test', 'away.test'], { environment: clock })
  await using home = await RemoteServer.start(net, 'home.test')
  await using away = await RemoteServer.start(net, 'away.test')
  away.answers.set('server', () => ({ status: 503, body: {} }))
  const alice = await net.server(0).user('alice')
  const room = home.createRoom(net.server(0), '11')
  const visitor = addMember(room, home, away)
  const stateIds = [...room.state.values()]
  room.admits()
  home.answers.set('state/', () => ({
    raw: `{"auth_chain":[],"pdus":[${stateIds.map((eventId) => home.events.get(eventId)?.json).join(',')}]}`,
  }))
  await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=home.test`)
  const isThere = async () => {
    const path = `/rooms/${encodeURIComponent(room.roomId)}/state/m.room.member/${encodeURIComponent(visitor)}`
    return (await alice.call(path)).status === 200 ? true : undefined
  }
  assert.equal(await isThere(), undefined)
  away.answers.delete('server')
  assert.ok(await inTheEnd(isThere))
})

interface Away {
  readonly net: Network
  readonly alice: User
  /** A room of `home` that Alice is in. */
  readonly room: RemoteRoom
  readonly home: RemoteServer
  readonly away: RemoteServer
  /** The visitor's join, which was not sent to Alice's server. */
  readonly join: BuiltEvent
}

/** A visitor of a server that does not give its key has come into a room of Alice's. */
async function withVisitor(use: (parts: Away) => Promise<void>): Promise<void> {
  await using net = await Network.create(1, ['home.test', 'away.test'], { environment: clock })
  await using home = await RemoteServer.start(net, 'home.test')
  await using away = await RemoteServer.start(net, 'away.test')
  away.answers.set('server', () => ({ status: 503, body: {} }))
  const alice = await net.server(0).user('alice')
  const room = home.createRoom(net.server(0), '11')
  room.servesHistory()
  await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=home.test`)
  const sender = '@visitor:away.test'
  const content = { membership: 'join' }
  const { pdu } = room.event({ type: 'm.room.member', sender, state_key: sender, content })
  const { hashes: _, signatures: __, ...unsigned } = pdu
  const join = away.sign(room.rules, unsigned)
  home.events.set(join.eventId, join)
  room.follow(join)
  await use({ net, alice, room, home, away, join })
}

const says = (room: RemoteRoom, body: string) => room.next({ content: { msgtype: 'm.text', body } })

/** It does from now on, having been asked in vain. */
async function givesKeyLate(away: RemoteServer): Promise<void> {
  await eventually(async () => (away.asked('key/').length > 0 ? true : undefined))
  away.answers.delete('server')
}

async function isInRoom(user: User, room: RemoteRoom, eventId: string): Promise<true | undefined> {
  const path = `/rooms/${encodeURIComponent(room.roomId)}/event/${encodeURIComponent(eventId)}`
  return (await user.call(path)).status === 200 ? true : undefined
}

test('an event whose signer gives its key late waits for it, and those that need nothing of it do not', async () =>
  withVisitor(async ({ net, alice, room, home, away, join }) => {
    const other = home.createRoom(net.server(0), '11')
    await alice.post(`/join/${encodeURIComponent(other.roomId)}?via=home.test`)
    const elsewhere = says(other, 'elsewhere')
    const results = await home.send(net.server(0), [join.json, elsewhere.json])
    assert.deepEqual(results, { [join.eventId]: {}, [elsewhere.eventId]: {} })
    assert.ok(await isInRoom(alice, other, elsewhere.eventId))
    assert.equal(await isInRoom(alice, room, join.eventId), undefined)
    await net.server(0).stop()
    await net.server(0).start()
    away.answers.delete('server')
    assert.ok(await inTheEnd(() => isInRoom(alice.at(net.server(0).baseUrl), room, join.eventId)))
  }))

test('an event that follows one whose signer gives its key late comes in after it', async () =>
  withVisitor(async ({ alice, room, away, join }) => {
    const after = says(room, 'after the visitor came')
    assert.deepEqual(await room.send(after), { [after.eventId]: {} })
    await givesKeyLate(away)
    await inTheEnd(() => isInRoom(alice, room, after.eventId))
    assert.ok(await isInRoom(alice, room, join.eventId))
  }))

test('an event that cites one whose signer gives its key late is judged once it does', async () =>
  withVisitor(async ({ alice, room, home, away, join }) => {
    const chain = [...room.state.values()].map((eventId) => home.events.get(eventId)?.json)
    home.answers.set('event_auth', () => ({ raw: `{"auth_chain":[${chain.join(',')}]}` }))
    const kick = room.next({ type: 'm.room.member', state_key: join.pdu.sender, content: { membership: 'leave' } })
    assert.deepEqual(await room.send(kick), { [kick.eventId]: {} })
    await givesKeyLate(away)
    assert.ok(await inTheEnd(() => isInRoom(alice, room, kick.eventId)))
  }))

test('an event that is never signed by a key that can be had keeps no other out', async () =>
  withVisitor(async ({ alice, room, join }) => {
    room.last = room.referencesOf(join.pdu)[0] ?? ''
    room.depth = join.pdu.depth - 1
    const beside = says(room, 'beside it')
    assert.deepEqual(await room.send(join, beside), { [join.eventId]: {}, [beside.eventId]: {} })
    assert.ok(await isInRoom(alice, room, beside.eventId))
  }))

test('an event that is signed with a key newer than those fetched a moment ago waits until it can be fetched', async () =>
  withVisitor(async ({ net, alice, room, home, away, join }) => {
    away.answers.delete('server')
    await room.send(join)
    await inTheEnd(() => isInRoom(alice, room, join.eventId))
    away.key = signingKeyFromSeed('ed25519:rotated', new Uint8Array(32).fill(7))
    const { hashes: _, signatures: __, ...unsigned } = room.event({ sender: join.pdu.sender }).pdu
    const said = away.sign(room.rules, unsigned)
    room.follow(said)
    const after = says(room, 'after the rotation')
    assert.deepEqual(await home.send(net.server(0), [said.json, after.json]), {
      [said.eventId]: {},
      [after.eventId]: {},
    })
    assert.equal(net.server(0).services.rooms.stagedEvents.find(said.eventId)?.eventId, said.eventId)
    // Keys may be asked for again at any start.
    await net.server(0).stop()
    await net.server(0).start()
    const again = alice.at(net.server(0).baseUrl)
    await inTheEnd(() => isInRoom(again, room, after.eventId))
    assert.ok(await isInRoom(again, room, said.eventId))
  }))

test('users are invited to a room whose creator’s server gives no key: its create event is named by the room', async () => {
  await using net = await Network.create(1, ['home.test', 'away.test'], { environment: clock })
  await using home = await RemoteServer.start(net, 'home.test')
  await using away = await RemoteServer.start(net, 'away.test')
  away.answers.set('server', () => ({ status: 503, body: {} }))
  const alice = await net.server(0).user('alice')
  const rules = roomVersion('12')
  assert.ok(rules)
  const event = { origin_server_ts: Date.now(), depth: 1, prev_events: [], auth_events: [] }
  const creator = '@founder:away.test'
  const content = { room_version: '12' }
  const create = away.sign(rules, { ...event, type: 'm.room.create', state_key: '', sender: creator, content })
  const roomId = `!${create.eventId.slice(1)}`
  const named = { type: 'm.room.name', state_key: '', sender: creator, content: { name: 'Forged, perhaps' } }
  const name = away.sign(rules, { ...event, ...named, room_id: roomId })
  const invite = home.sign(rules, {
    ...{ ...event, depth: 9, prev_events: [create.eventId], room_id: roomId },
    ...{ type: 'm.room.member', sender: '@host:home.test', state_key: alice.userId, content: { membership: 'invite' } },
  })
  const path = `/_matrix/federation/v2/invite/${[roomId, invite.eventId].map(encodeURIComponent).join('/')}`
  const body = `{"event":${invite.json},"room_version":"12","invite_room_state":[${create.json},${name.json}]}`
  assert.equal((await home.call(net.server(0), 'PUT', path, body)).status, 200)
  const { rooms } = await alice.sync()
  const shown = rooms.invite[roomId].invite_state.events.map(({ type }: { type: string }) => type)
  assert.deepEqual(shown.toSorted(), ['m.room.create', 'm.room.member'])
})
