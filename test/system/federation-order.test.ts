// Events that come before those that they follow: how they get in, and how often another server is asked for the rest.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { RemoteServer } from './testing/remote-server.ts'

const names = ['gaps.test', 'second.test'] as const
let net: Network
let alice: User
let remote: RemoteServer
let second: RemoteServer

before(async () => {
  net = await Network.create(1, names)
  alice = await net.server(0).user('alice')
  remote = await RemoteServer.start(net, 'gaps.test')
  second = await RemoteServer.start(net, 'second.test')
})
after(async () => {
  for (const each of [remote, second]) await each[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})
beforeEach(() => {
  for (const each of [remote, second]) each.answers.clear()
})

const gapsAsked = () => [remote, second].flatMap((each) => each.asked('get_missing_events')).length

/** A room with the remote server in it, and events of it one after the other. */
async function roomWith(count: number) {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const room = await remote.join(net.server(0), roomId)
  const stored = await net.server(0).services.rooms.byId(roomId)
  assert.ok(stored)
  const events = Array.from({ length: count }, () => room.next())
  const wanted = new Set(events.map(({ eventId }) => eventId))
  const shown = async (): Promise<string[]> => {
    const page = await alice.get(`/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=200`)
    const ids = (page.chunk as { event_id: string }[]).map(({ event_id }) => event_id)
    return ids.filter((eventId) => wanted.has(eventId)).toReversed()
  }
  return { room, stored, events, shown }
}

const idsOf = (events: readonly BuiltEvent[]) => events.map(({ eventId }) => eventId)

/** Answers with the events that are missing, when asked for those before them. */
function givesMissing(
  server: RemoteServer,
  missing: readonly BuiltEvent[],
  ready: Promise<unknown> = Promise.resolve(),
) {
  server.answers.set('get_missing_events', async () => {
    await ready
    return { body: { events: missing.map(({ pdu }) => pdu) } }
  })
}

test('events of a transaction that stand in the wrong order are all taken in, and nobody is asked', async () => {
  const { room, events, shown } = await roomWith(20)
  const asked = gapsAsked()
  const results = await room.send(...events.toReversed())
  assert.equal(Object.keys(results).length, 20)
  assert.deepEqual(await shown(), idsOf(events))
  assert.equal(gapsAsked(), asked)
})

test('a gap is asked for once, however many events wait behind it', async () => {
  const { room, events, shown } = await roomWith(45)
  givesMissing(remote, events.slice(0, 5))
  const asked = gapsAsked()
  await room.send(...events.slice(5))
  await eventually(async () => (await shown()).length === events.length || undefined)
  assert.deepEqual(await shown(), idsOf(events))
  assert.equal(gapsAsked(), asked + 1)
})

test('a gap is asked for once though events of several servers wait behind it', async () => {
  const { room, stored, events } = await roomWith(3)
  const other = await second.join(net.server(0), room.roomId, 'other')
  const last = events.at(-1)
  assert.ok(last)
  const follows = other.event({ prev_events: [last.eventId, other.last], depth: room.depth + 1 })
  const answer = Promise.withResolvers<void>()
  for (const each of [remote, second]) givesMissing(each, events.slice(0, 2), answer.promise)
  const asked = gapsAsked()
  await room.send(last)
  await other.send(follows)
  answer.resolve()
  await eventually(async () => stored.recent.some(({ eventId }) => eventId === follows.eventId) || undefined)
  assert.equal(gapsAsked(), asked + 1)
})

test('what waits behind two gaps comes in by one question for each', async () => {
  const { room, events, shown } = await roomWith(30)
  remote.answers.set('get_missing_events', (_, { body }) => {
    const { latest_events: latest } = JSON.parse(body) as { latest_events: string[] }
    const at = events.findIndex(({ eventId }) => eventId === latest[0])
    return { body: { events: events.slice(at < 15 ? 0 : 15, at).map(({ pdu }) => pdu) } }
  })
  const asked = gapsAsked()
  await room.send(...events.slice(5, 15), ...events.slice(20))
  await eventually(async () => (await shown()).length === events.length || undefined)
  assert.deepEqual(await shown(), idsOf(events))
  assert.equal(gapsAsked(), asked + 2)
})

test('more events than may wait are not let go while those before them get in', async () => {
  const { room, stored, events, shown } = await roomWith(120)
  const answer = Promise.withResolvers<void>()
  givesMissing(remote, events.slice(0, 5), answer.promise)
  const asked = gapsAsked()
  await room.send(...events.slice(5, 50))
  const rest = Promise.all([room.send(...events.slice(50, 90)), room.send(...events.slice(90))])
  await eventually(async () => gapsAsked() > asked || undefined)
  answer.resolve()
  await rest
  await eventually(async () => stored.heads.at(-1)?.eventId === events.at(-1)?.eventId || undefined)
  assert.deepEqual(await shown(), idsOf(events))
  assert.equal(gapsAsked(), asked + 1)
})
