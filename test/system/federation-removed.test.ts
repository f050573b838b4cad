// What a server may have of a room that the last of its users was put out of: all that led up to that, so that it can take
// in what it was told, and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { User } from './testing/api.ts'
import { beside } from './testing/beside.ts'
import { eventually, type Network } from './testing/network.ts'
import { RemoteServer, type RemoteRoom } from './testing/remote-server.ts'

let net: Network
let alice: User
let remote: RemoteServer

beside(['removed.test', 'never.test'], (opened) => ({ net, alice, remote } = opened))

const encoded = encodeURIComponent

/** What a server asks about events of a room. */
const asking = (by: RemoteServer, roomId: string) => {
  const get = (path: string) => by.call(net.server(0), 'GET', `/_matrix/federation/v1/${path}`)
  return {
    async missingBefore(...latest: string[]) {
      const body = JSON.stringify({ earliest_events: [], latest_events: latest, limit: 20, min_depth: 0 })
      const path = `/_matrix/federation/v1/get_missing_events/${encoded(roomId)}`
      const reply = await by.call(net.server(0), 'POST', path, body)
      const events = (reply.body.events ?? []) as { content: { body?: string } }[]
      return { status: reply.status, said: events.flatMap(({ content }) => content.body ?? []) }
    },
    stateIds: (eventId: string) => get(`state_ids/${encoded(roomId)}?event_id=${encoded(eventId)}`),
    state: (eventId: string) => get(`state/${encoded(roomId)}?event_id=${encoded(eventId)}`),
    auth: (eventId: string) => get(`event_auth/${encoded(roomId)}/${encoded(eventId)}`),
    event: (eventId: string) => get(`event/${encoded(eventId)}`),
    backfill: (eventId: string) => get(`backfill/${encoded(roomId)}?v=${encoded(eventId)}&limit=5`),
  }
}

async function headOf(roomId: string): Promise<string> {
  const room = await net.server(0).services.rooms.byId(roomId)
  return room?.heads.at(-1)?.eventId ?? ''
}

/** Something is said, the server's user is banned, and something is said again. */
async function banned(roomId: string) {
  const room = await remote.join(net.server(0), roomId)
  const said = await alice.say(roomId, 'before the ban')
  await alice.post(`/rooms/${encoded(roomId)}/ban`, { user_id: room.userId })
  const ban = await headOf(roomId)
  const later = await alice.say(roomId, 'after the ban')
  return { room, said, ban, later }
}

test('a server whose last user was banned is given what led up to the ban', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const { room, said, ban } = await banned(roomId)
  const asks = asking(remote, roomId)
  assert.deepEqual(await asks.missingBefore(ban), { status: 200, said: ['before the ban'] })
  const ids = await asks.stateIds(ban)
  assert.equal(ids.status, 200)
  assert.ok((ids.body.pdu_ids as string[]).includes(room.state.get(`m.room.member ${room.userId}`) ?? ''))
  assert.equal((await asks.state(ban)).status, 200)
  assert.equal((await asks.auth(ban)).status, 200)
  assert.equal((await asks.event(said)).body.pdus[0].content.body, 'before the ban')
  assert.equal((await asks.event(ban)).status, 200)
})

test('it is given nothing of what came after', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const { ban, later } = await banned(roomId)
  const asks = asking(remote, roomId)
  assert.equal((await asks.missingBefore(later)).status, 403)
  assert.deepEqual(await asks.missingBefore(later, ban), { status: 200, said: ['before the ban'] })
  assert.equal((await asks.stateIds(later)).status, 403)
  assert.equal((await asks.state(later)).status, 403)
  assert.equal((await asks.auth(later)).status, 403)
  assert.equal((await asks.event(later)).status, 404)
  assert.equal((await asks.backfill(later)).status, 403)
})

test('it is given nothing of what its users could not read', async () => {
  const roomId = await alice.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } }],
  })
  const earlier = await alice.say(roomId, 'among ourselves')
  const { ban } = await banned(roomId)
  const asks = asking(remote, roomId)
  assert.deepEqual(await asks.missingBefore(ban), { status: 200, said: ['before the ban'] })
  assert.equal((await asks.event(earlier)).status, 404)
})

test('it gets at nothing by an event of its own that follows what it may not have', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const { room, later } = await banned(roomId)
  const made = room.event({ prev_events: [room.last, later], depth: room.depth + 9 })
  await room.send(made)
  const asks = asking(remote, roomId)
  assert.equal((await net.server(0).services.rooms.explainEvent(made.eventId))?.verdict, 'rejected')
  assert.equal((await asks.missingBefore(made.eventId)).status, 403)
  const onlyOld = room.event({ prev_events: [room.last], depth: room.depth + 1 })
  const both = room.event({ prev_events: [onlyOld.eventId, later], depth: room.depth + 9 })
  await room.send(onlyOld, both)
  assert.equal((await net.server(0).services.rooms.explainEvent(onlyOld.eventId))?.verdict, 'soft_failed')
  for (const { eventId } of [onlyOld, both]) {
    assert.equal((await asks.missingBefore(eventId)).status, 403)
    assert.equal((await asks.stateIds(eventId)).status, 403)
  }
})

test('a server that was not in the room then is given nothing, be it unknown or known from another time', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await using never = await RemoteServer.start(net, 'never.test')
  const { ban: first } = await banned(roomId)
  const bob = `@bob:removed.test`
  await alice.post(`/rooms/${encoded(roomId)}/ban`, { user_id: bob })
  const second = await headOf(roomId)
  const refused = async (by: RemoteServer, eventId: string) => {
    const asks = asking(by, roomId)
    const replies = [asks.missingBefore(eventId), asks.stateIds(eventId), asks.state(eventId), asks.auth(eventId)]
    return (await Promise.all(replies)).map(({ status }) => status)
  }
  assert.deepEqual(await refused(never, first), [403, 403, 403, 403])
  assert.deepEqual(await refused(never, '$unknown'), [403, 403, 403, 403], 'it does not learn what there is')
  assert.deepEqual(await refused(remote, second), [403, 403, 403, 403], 'of a ban after its own')
  assert.deepEqual(await refused(remote, '$unknown'), [403, 403, 403, 403])
})

test('a server is given what led up to a ban that follows nothing from when it was in the room', async () => {
  await using moderator = await RemoteServer.start(net, 'never.test')
  const users = { [alice.userId]: 100, '@mallory:never.test': 50 }
  const roomId = await alice.createRoom({
    ...{ preset: 'public_chat', room_version: '11' },
    power_level_content_override: { users },
  })
  const elsewhere = await moderator.join(net.server(0), roomId)
  const room = await remote.join(net.server(0), roomId)
  const said = elsewhere.next({ content: { msgtype: 'm.text', body: 'before the ban' } })
  const ban = elsewhere.next({ type: 'm.room.member', state_key: room.userId, content: { membership: 'ban' } })
  await elsewhere.send(said, ban)
  const stored = await net.server(0).services.rooms.byId(roomId)
  assert.equal(stored?.hosts.has('removed.test'), false)
  const later = await alice.say(roomId, 'after the ban')
  const asks = asking(remote, roomId)
  assert.deepEqual(await asks.missingBefore(ban.eventId), { status: 200, said: ['before the ban'] })
  const state = await asks.stateIds(ban.eventId)
  assert.equal(state.status, 200)
  assert.ok(!(state.body.pdu_ids as string[]).includes(room.last), 'the ban does not follow the join')
  assert.equal((await asks.missingBefore(later)).status, 403)
  assert.equal((await asks.stateIds(later)).status, 403)
})

test('a state of which single events are refused is asked for as a whole', async () => {
  const room = remote.createRoom(net.server(0), '11')
  await alice.post(`/join/${encoded(room.roomId)}?via=removed.test`)
  const named = room.next({ type: 'm.room.name', state_key: '', content: { name: 'Missed' } })
  room.next()
  const state = stateOf(room)
  const ids = [...room.state.values()]
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.answers.set('event/', () => ({ status: 404, body: { errcode: 'M_NOT_FOUND', error: 'Not for you' } }))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: ids, auth_chain_ids: [] } }))
  remote.answers.set('state/', () => ({ body: { pdus: state, auth_chain: state } }))
  const kick = room.next({ type: 'm.room.member', state_key: alice.userId, content: { membership: 'ban' } })
  await room.send(kick)
  const { rooms } = net.server(0).services
  await eventually(async () => (await rooms.explainEvent(kick.eventId))?.verdict === 'accepted' || undefined)
  assert.equal((await rooms.byId(room.roomId))?.state('m.room.name')?.eventId, named.eventId)
  remote.answers.clear()
})

const stateOf = (room: RemoteRoom) => [...room.state.values()].map((eventId) => remote.events.get(eventId)?.pdu)
