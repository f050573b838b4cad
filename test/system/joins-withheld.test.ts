// Servers that give a state without what authorises it: events of others are not refused here for good because of that.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import { referencedIds } from '@myelin/algorithms/event'
import { eventFlag } from '@myelin/server/rooms/room-event'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { type Drafted, type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

let net: Network
let good: RemoteServer
let evil: RemoteServer
let alice: User
before(async () => {
  net = await Network.create(1, ['good.test', 'evil.test'])
  good = await RemoteServer.start(net, 'good.test')
  evil = await RemoteServer.start(net, 'evil.test')
  alice = await net.server(0).user('alice')
})
after(async () => {
  await evil[Symbol.asyncDispose]()
  await good[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const levelsOf = (room: RemoteRoom, ban: number) =>
  room.next({ type: 'm.room.power_levels', state_key: '', content: { users: { [room.userId]: 100 }, ban } })

/** All that an event cites, and what that cites, without some. */
function chainOf({ pdu }: BuiltEvent, without: readonly string[] = []): string[] {
  const found = new Map<string, string>()
  const waiting = [...referencedIds(pdu.auth_events)]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const event = good.events.get(id)
    if (!event || found.has(id) || without.includes(id)) continue
    found.set(id, event.json)
    waiting.push(...referencedIds(event.pdu.auth_events))
  }
  return [...found.values()]
}

const givesAuthChains = (server: RemoteServer, without: readonly string[] = []) =>
  server.answers.set('event_auth', (path) => {
    const event = good.events.get(decodeURIComponent(path.split('/').at(-1) ?? ''))
    return event ? { raw: `{"auth_chain":[${chainOf(event, without).join(',')}]}` } : { status: 404, body: {} }
  })

/** Lets Alice in through the other server, which leaves events out of what it gives, and out of what her join cites. */
async function joinThroughEvil(room: RemoteRoom, withheld: readonly string[], uncited: readonly string[]) {
  evil.answers.set('make_join', async (path, seen) => {
    const answer = await good.answers.get('make_join')?.(path, seen)
    assert.ok(typeof answer === 'object' && 'body' in answer)
    const { room_version: version, event } = answer.body as { room_version: string; event: { auth_events: string[] } }
    const cited = event.auth_events.filter((eventId) => !uncited.includes(eventId))
    return { body: { room_version: version, event: { ...event, auth_events: cited } } }
  })
  evil.answers.set('send_join', async (path, seen) => {
    const answer = await good.answers.get('send_join')?.(path, seen)
    assert.ok(typeof answer === 'object' && 'raw' in answer)
    let { raw } = answer
    for (const eventId of withheld) raw = raw.replaceAll(good.events.get(eventId)?.json ?? '', '')
    return { raw: raw.replaceAll(/([[,]),+/g, '$1').replaceAll(',]', ']') }
  })
  return alice.call(`/join/${encodeURIComponent(room.roomId)}?via=evil.test&via=good.test`, {
    method: 'POST',
    body: {},
  })
}

const verdictOf = async (eventId: string) => (await net.server(0).services.rooms.explainEvent(eventId))?.verdict

const becomes = (eventId: string, verdict: string) =>
  eventually(async () => ((await verdictOf(eventId)) === verdict ? true : undefined))

test('what a join was given without what that cites is accepted once somebody gives it', async () => {
  const room = good.createRoom(net.server(0), '11')
  const withheld = levelsOf(room, 70)
  const levels = levelsOf(room, 60)
  assert.equal((await joinThroughEvil(room, [withheld.eventId], [levels.eventId])).status, 200)
  assert.equal(evil.asked('send_join').length, 1)
  assert.equal(good.asked('send_join').length, 0)
  assert.equal(await verdictOf(levels.eventId), 'outlier')
  givesAuthChains(good)
  const said = room.next()
  assert.ok(referencedIds(said.pdu.auth_events).includes(levels.eventId))
  assert.deepEqual(await room.send(said), { [said.eventId]: {} })
  await becomes(said.eventId, 'accepted')
})

test('a server that withholds what its state is authorised by lets nobody in by that state', async () => {
  const room = good.createRoom(net.server(0), '11')
  const withheld = levelsOf(room, 70)
  levelsOf(room, 60)
  const before = good.asked('send_join').length
  assert.equal((await joinThroughEvil(room, [withheld.eventId], [])).status, 200)
  assert.equal(good.asked('send_join').length, before + 1)
  const levels = await alice.get(`/rooms/${encodeURIComponent(room.roomId)}/state/m.room.power_levels`)
  assert.equal(levels.ban, 60)
})

/** A room of the good server that Alice is in, and so is a user of the other one. */
async function sharedRoom(): Promise<{ room: RemoteRoom; says: (draft: Drafted) => BuiltEvent }> {
  const room = good.createRoom(net.server(0), '11')
  assert.equal((await joinThroughEvil(room, [], [])).status, 200)
  const sender = '@mallory:evil.test'
  const signed = (draft: Drafted) => {
    const { hashes: _, signatures: __, ...unsigned } = room.event({ sender, ...draft }).pdu
    const event = evil.sign(room.rules, unsigned)
    good.events.set(event.eventId, event)
    return event
  }
  const join = signed({ type: 'm.room.member', state_key: sender, content: { membership: 'join' } })
  room.follow(join)
  assert.deepEqual(await evil.send(net.server(0), [join.json]), { [join.eventId]: {} })
  return { room, says: signed }
}

test('what a server withholds of the events that authorise its own is asked of the next', async () => {
  const { room, says } = await sharedRoom()
  const { last } = room
  const withheld = levelsOf(room, 70)
  levelsOf(room, 60)
  givesAuthChains(evil, [withheld.eventId])
  givesAuthChains(good)
  const said = says({ prev_events: [last] })
  assert.deepEqual(await evil.send(net.server(0), [said.json]), { [said.eventId]: {} })
  await becomes(said.eventId, 'accepted')
})

test('what a server withholds of the events that authorise a state is asked of the next', async () => {
  const { room, says } = await sharedRoom()
  const { auth_events: cited } = says({}).pdu
  const withheld = levelsOf(room, 70)
  const levels = levelsOf(room, 60)
  const state = [...room.state.values()]
  for (const eventId of state) evil.events.set(eventId, good.events.get(eventId) ?? assert.fail(eventId))
  givesAuthChains(evil, [withheld.eventId])
  givesAuthChains(good)
  evil.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  evil.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: referencedIds(cited) } }))
  const said = says({ prev_events: ['$nobody-has-this'], auth_events: cited })
  assert.deepEqual(await evil.send(net.server(0), [said.json]), { [said.eventId]: {} })
  await becomes(said.eventId, 'accepted')
  const { rooms } = net.server(0).services
  const stored = await rooms.findEvent((await rooms.byId(room.roomId)) ?? assert.fail(), levels.eventId)
  assert.equal(stored?.flags, eventFlag.outlier)
})
