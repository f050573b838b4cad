// What comes late, or is asked for when it is late: by a server that has left, and from before a server came.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recoveryRetryFirstMs } from '@myelin/server/federation-limits'
import { outgoingEvents } from '@myelin/server/rooms/outgoing-events'
import type { RoomEvent } from '@myelin/server/rooms/room-event'
import { journalKind } from '@myelin/server/store/store'
import type { User } from './testing/api.ts'
import { beside } from './testing/beside.ts'
import { eventually, type Network } from './testing/network.ts'
import { PushedClock } from './testing/pushed-clock.ts'
import { type Drafted, type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

const clock = new PushedClock()
let net: Network
let alice: User
let remote: RemoteServer

beside(['late.test', 'other.test'], (opened) => ({ net, alice, remote } = opened), { environment: clock })

const encoded = encodeURIComponent

async function storedRoom(roomId: string) {
  const stored = await net.server(0).services.rooms.byId(roomId)
  assert.ok(stored)
  return stored
}

test('a server whose last user has left still tells the others of what was said until then', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const room = await remote.join(net.server(0), roomId)
  const said = await alice.say(roomId, 'before I go')
  await alice.post(`/rooms/${encoded(roomId)}/leave`, {})
  const stored = await storedRoom(roomId)
  const leave = stored.heads.at(-1)?.eventId ?? ''
  const ask = (path: string) => remote.call(net.server(0), 'GET', `/_matrix/federation/v1/${path}`)
  const body = JSON.stringify({ earliest_events: [room.last], latest_events: [leave], limit: 10, min_depth: 0 })
  const path = `/_matrix/federation/v1/get_missing_events/${encoded(roomId)}`
  const missing = await remote.call(net.server(0), 'POST', path, body)
  assert.deepEqual(
    (missing.body.events as { content: { body?: string } }[]).map(({ content }) => content.body),
    ['before I go'],
  )
  const state = await ask(`state_ids/${encoded(roomId)}?event_id=${encoded(leave)}`)
  assert.ok((state.body.pdu_ids as string[]).includes(room.state.get('m.room.create ') ?? ''))
  assert.equal((await ask(`event_auth/${encoded(roomId)}/${encoded(leave)}`)).status, 200)
  assert.equal((await ask(`backfill/${encoded(roomId)}?v=${encoded(said)}&limit=5`)).status, 200)
  await using other = await RemoteServer.start(net, 'other.test')
  const refused = await other.call(net.server(0), 'POST', path, body)
  assert.equal(refused.status, 403, 'a server that was never in the room')
  const join = await ask(`make_join/${encoded(roomId)}/${encoded('@new:late.test')}?ver=11&ver=12&ver=10`)
  assert.equal(join.status, 404, 'nobody is let in by a server that is not in the room')
})

test('of a room that an invite describes a server tells nothing', async () => {
  const room = remote.createRoom(net.server(0), '11')
  await inviteAlice(room)
  const body = JSON.stringify({ earliest_events: [], latest_events: [room.last], limit: 10, min_depth: 0 })
  const path = `/_matrix/federation/v1/get_missing_events/${encoded(room.roomId)}`
  assert.equal((await remote.call(net.server(0), 'POST', path, body)).status, 404)
})

test('neither an event that comes after those that follow it is a head, nor one that it follows', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const room = await remote.join(net.server(0), roomId)
  const [first, second, third] = [room.next(), room.next(), room.next()]
  const state = [...room.state.values()]
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  const stored = await storedRoom(roomId)
  const has = (eventId: string) => stored.recent.some((event) => event.eventId === eventId) || undefined
  await room.send(third)
  await eventually(async () => has(third.eventId))
  await room.send(first)
  await room.send(second)
  await eventually(async () => has(second.eventId))
  assert.deepEqual(
    stored.heads.map(({ eventId }) => eventId).filter((eventId) => eventId !== third.eventId),
    [],
  )
  remote.answers.delete('get_missing_events')
  remote.answers.delete('state_ids')
})

test('what was said before a server came is not taken for new, though its user was invited before that', async () => {
  const room = remote.createRoom(net.server(0), '11')
  await inviteAlice(room)
  const { last, depth } = room
  const before = [1, 2].map((n) => room.event({ prev_events: [last], depth: depth + n }))
  room.next({ type: 'm.room.name', state_key: '', content: { name: 'A state event is the last before the join' } })
  for (let n = 0; n < 5; n++) room.next({ type: 'm.room.topic', state_key: '', content: { topic: `${n}` } })
  await alice.post(`/join/${encoded(room.roomId)}?via=late.test`)
  room.servesHistory()
  const state = [...room.state.values()]
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  const follows = room.event({ prev_events: [room.last, ...before.map(({ eventId }) => eventId)] })
  await room.send(follows)
  const stored = await storedRoom(room.roomId)
  await eventually(async () => stored.recent.some(({ eventId }) => eventId === follows.eventId) || undefined)
  const shown = new Set(stored.recent.map(({ eventId }) => eventId))
  assert.deepEqual(
    before.map(({ eventId }) => shown.has(eventId)),
    [false, false],
  )
})

test('what was said before a server came, and is sent to it only then, is neither shown nor a head', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const early = room.next()
  for (let n = 0; n < 3; n++) room.next()
  const state = [...room.state.values()]
  await alice.post(`/join/${encoded(room.roomId)}?via=late.test`)
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  const stored = await storedRoom(room.roomId)
  const heads = stored.heads.map(({ eventId }) => eventId)
  await room.send(early)
  const { stagedEvents } = net.server(0).services.rooms
  await eventually(async () => stagedEvents.size === 0 || undefined)
  assert.deepEqual(
    stored.heads.map(({ eventId }) => eventId),
    heads,
  )
  assert.equal((await net.server(0).services.rooms.explainEvent(early.eventId))?.verdict, 'dropped')
  remote.answers.delete('state_ids')
})

const joinOf = (userId: string) => ({
  ...{ type: 'm.room.member', sender: userId, state_key: userId },
  content: { membership: 'join' },
})

/** She leaves and comes back, and something is made that follows her first stay alone. */
async function returned(room: RemoteRoom, draft: Drafted) {
  await alice.post(`/join/${encoded(room.roomId)}?via=late.test`)
  const stored = await storedRoom(room.roomId)
  const joined = stored.heads[0]
  assert.ok(joined)
  const missed = room.event({ ...draft, prev_events: [joined.eventId], depth: joined.depth + 1 })
  await alice.post(`/rooms/${encoded(room.roomId)}/leave`, {})
  const leave = stored.heads[0]?.eventId ?? ''
  for (let n = 0; n < 5; n++) room.next()
  // What she follows when she comes back is here but for the rest.
  const { pdu } = room.event({ prev_events: [room.last, leave], ...joinOf(alice.userId) })
  const { hashes: _, signatures: __, ...event } = pdu
  remote.answers.set('make_join', () => ({ body: { room_version: '11', event } }))
  await alice.post(`/join/${encoded(room.roomId)}?via=late.test`)
  return { stored, missed }
}

test('nor is what was said during an earlier stay, and missed then', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const { stored, missed } = await returned(room, {})
  const heads = stored.heads.map(({ eventId }) => eventId)
  await room.send(missed)
  assert.deepEqual(
    stored.heads.map(({ eventId }) => eventId),
    heads,
  )
})

test('but for what put its user out then, which nobody knew who let them in again', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const ban = { type: 'm.room.member', state_key: alice.userId, content: { membership: 'ban' } }
  const { stored, missed } = await returned(room, ban)
  await room.send(missed)
  assert.equal((await net.server(0).services.rooms.explainEvent(missed.eventId))?.verdict, 'accepted')
  assert.equal(stored.localJoined.size, 0)
})

test('even where that was here already, as part of the state before something else', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const ban = { type: 'm.room.member', state_key: alice.userId, content: { membership: 'ban' } }
  const { stored, missed } = await returned(room, ban)
  const later = room.event({ prev_events: [missed.eventId], depth: missed.pdu.depth + 1 })
  const state = [...new Map([...room.state, [`m.room.member ${alice.userId}`, missed.eventId]]).values()]
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  const { rooms } = net.server(0).services
  const verdictOn = async (eventId: string) => (await rooms.explainEvent(eventId))?.verdict
  await room.send(later)
  await eventually(async () => (await verdictOn(later.eventId)) === 'dropped' || undefined)
  assert.equal(await verdictOn(missed.eventId), 'outlier')
  await room.send(missed)
  await eventually(async () => (await verdictOn(missed.eventId)) === 'accepted' || undefined)
  assert.equal(stored.localJoined.size, 0)
  remote.answers.clear()
})

test('nor is it too old that somebody had left, where those who let this server in had not heard of that', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const other = '@other:late.test'
  room.next(joinOf(other))
  const { last, depth } = room
  const before = [...room.state.values()]
  for (let n = 0; n < 3; n++) room.next()
  await alice.post(`/join/${encoded(room.roomId)}?via=late.test`)
  const content = { membership: 'leave' }
  const leave = room.event({ ...joinOf(other), content, prev_events: [last], depth: depth + 1 })
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: before, auth_chain_ids: before } }))
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  await room.send(leave)
  const verdict = async () => (await net.server(0).services.rooms.explainEvent(leave.eventId))?.verdict
  await eventually(async () => (await verdict()) === 'accepted' || undefined)
  assert.equal((await storedRoom(room.roomId)).hosts.get('late.test'), 1)
  remote.answers.clear()
})

test('but not what those who let them in again knew of', async () => {
  const room = remote.createRoom(net.server(0), '11')
  await alice.post(`/join/${encoded(room.roomId)}?via=late.test`)
  await alice.post(`/rooms/${encoded(room.roomId)}/leave`, {})
  const member = { type: 'm.room.member', state_key: alice.userId }
  const ban = room.next({ ...member, content: { membership: 'ban' } })
  room.next({ ...member, content: { membership: 'leave' } })
  for (let n = 0; n < 3; n++) room.next()
  await alice.post(`/join/${encoded(room.roomId)}?via=late.test`)
  const { rooms } = net.server(0).services
  assert.equal((await rooms.explainEvent(ban.eventId))?.verdict, 'outlier')
  const stored = await storedRoom(room.roomId)
  const heads = stored.heads.map(({ eventId }) => eventId)
  await room.send(ban)
  assert.deepEqual(
    stored.heads.map(({ eventId }) => eventId),
    heads,
  )
})

test('a state event that was here as part of a state alone has its place once it comes itself', async () => {
  const roomId = await alice.createRoom({
    preset: 'public_chat',
    power_level_content_override: { events: { 'm.room.name': 0 } },
  })
  const room = await remote.join(net.server(0), roomId)
  const named = room.next({ type: 'm.room.name', state_key: '', content: { name: 'late' } })
  const said = room.next()
  const state = [...room.state.values()]
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  const { rooms } = net.server(0).services
  const isIn = async (eventId: string) => (await rooms.explainEvent(eventId))?.verdict === 'accepted' || undefined
  await room.send(said)
  await eventually(async () => isIn(said.eventId))
  const stored = await storedRoom(roomId)
  assert.equal(stored.state('m.room.name')?.eventId, named.eventId)
  await room.send(named)
  const asked = remote.asked('state_ids').length
  const beside = room.event({ prev_events: [named.eventId] })
  await room.send(beside)
  await eventually(async () => isIn(beside.eventId))
  assert.equal(remote.asked('state_ids').length, asked)
  remote.answers.clear()
})

/** An event that follows a fork through what somebody banned said, and the ban; nothing of it is sent yet. */
async function followedThroughRefused() {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const banned = await remote.join(net.server(0), roomId)
  const honest = await remote.join(net.server(0), roomId, 'honest')
  const { last, depth } = honest
  await alice.post(`/rooms/${encoded(roomId)}/ban`, { user_id: banned.userId })
  const stored = await storedRoom(roomId)
  const ban = stored.heads[0]?.eventId ?? ''
  const fork = honest.event({ prev_events: [last], depth: depth + 1 })
  const refused = banned.event({ prev_events: [fork.eventId], depth: depth + 2 })
  const joining = honest.event({ prev_events: [ban, refused.eventId], depth: depth + 3 })
  return { honest, stored, fork, refused, joining }
}

test('what is followed through an event that was refused is no head any more', async () => {
  const { honest, stored, fork, refused, joining } = await followedThroughRefused()
  await honest.send(fork, refused)
  assert.equal((await net.server(0).services.rooms.explainEvent(refused.eventId))?.verdict, 'soft_failed')
  await honest.send(joining)
  assert.deepEqual(
    stored.heads.map(({ eventId }) => eventId),
    [joining.eventId],
  )
})

test('nor is it one when it comes only after that', async () => {
  const { honest, stored, fork, refused, joining } = await followedThroughRefused()
  const state = [...honest.state.values()]
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  await honest.send(refused)
  const { rooms } = net.server(0).services
  await eventually(async () => (await rooms.explainEvent(refused.eventId))?.verdict === 'soft_failed' || undefined)
  await honest.send(joining)
  await honest.send(fork)
  assert.equal((await rooms.explainEvent(fork.eventId))?.verdict, 'accepted')
  assert.deepEqual(
    stored.heads.map(({ eventId }) => eventId),
    [joining.eventId],
  )
  remote.answers.clear()
})

test('what an event follows is asked for again where its sender could not be reached at once', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const room = await remote.join(net.server(0), roomId)
  const [between, last] = [room.next(), room.next()]
  remote.answers.set('get_missing_events', () => ({ status: 502, body: 'a proxy whose server is away' }))
  const tried = remote.asked('get_missing_events').length
  await room.send(last)
  await eventually(async () => remote.asked('get_missing_events').length > tried || undefined)
  room.servesHistory()
  const explained = (eventId: string) => net.server(0).services.rooms.explainEvent(eventId)
  await eventually(async () => {
    clock.push(recoveryRetryFirstMs / 2)
    return (await explained(last.eventId))?.verdict === 'accepted' || undefined
  })
  assert.equal((await explained(between.eventId))?.verdict, 'accepted')
})

async function inviteAlice(room: ReturnType<RemoteServer['createRoom']>): Promise<void> {
  const invite = room.next({
    type: 'm.room.member',
    state_key: alice.userId,
    content: { membership: 'invite' },
  })
  const path = `/_matrix/federation/v2/invite/${encoded(room.roomId)}/${encoded(invite.eventId)}`
  const body = { room_version: room.rules.id, event: invite.pdu, invite_room_state: [] }
  const answer = await remote.call(net.server(0), 'PUT', path, JSON.stringify(body))
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

/** What a server coming in makes this one send, whenever that is: to whom, and what it says. */
async function sentWithJoin(roomId: string): Promise<readonly (readonly [string, unknown])[]> {
  const { recent } = await storedRoom(roomId)
  const join = recent.find(({ type, stateKey }) => type === 'm.room.member' && stateKey?.endsWith(':late.test'))
  return sentWith(roomId, join)
}

/** What an event makes this server send now: to whom, and what it says. */
async function sentWith(roomId: string, event: RoomEvent | undefined) {
  const { context } = net.server(0).services.rooms
  const room = await storedRoom(roomId)
  assert.ok(event?.ord !== undefined)
  const entry = { kind: journalKind.event, room: room.nid, user: 0, ref: event.nid, position: event.ord }
  const outgoing = await outgoingEvents(context, [entry])
  const nids = outgoing.flatMap((each) => (each.kind === 'pdu' ? [each.eventNid] : []))
  const events = await room.events(nids)
  return events.map(
    ({ content }, index) => [[...(outgoing[index]?.destinations ?? [])].join(), content['body']] as const,
  )
}

test('a server is sent the last of what was said while it joined', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const complete = await remote.beginJoin(net.server(0), roomId)
  await alice.say(roomId, 'meanwhile, first')
  await alice.say(roomId, 'meanwhile, last')
  await complete()
  assert.deepEqual(await sentWithJoin(roomId), [['late.test', 'meanwhile, last']])
  const wasSent = () => remote.seen.some(({ url, body }) => url.includes('/send/') && body.includes('meanwhile, last'))
  await eventually(async () => wasSent() || undefined)
})

test('but for what its users may not see', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const path = `/rooms/${encoded(roomId)}/state/m.room.history_visibility/`
  await alice.call(path, { method: 'PUT', body: { history_visibility: 'joined' } })
  const complete = await remote.beginJoin(net.server(0), roomId)
  await alice.say(roomId, 'said among ourselves')
  await complete()
  assert.deepEqual(await sentWithJoin(roomId), [])
})

for (const [visibility, sent] of [
  ['joined', []],
  ['shared', [['late.test', 'said before']]],
] as const)
  test(`what was said before a server came is sent to it, where that is late, in a room whose history is ${visibility}: ${sent.length > 0}`, async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    const path = `/rooms/${encoded(roomId)}/state/m.room.history_visibility/`
    await alice.call(path, { method: 'PUT', body: { history_visibility: visibility } })
    const eventId = await alice.say(roomId, 'said before')
    await remote.join(net.server(0), roomId)
    assert.deepEqual(await sentWith(roomId, (await storedRoom(roomId)).eventById(eventId)), sent)
  })
