// Servers that do not keep to the rules: nothing of theirs is accepted, nothing gets stuck, and memory stays flat.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { connect } from 'node:tls'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { signEvent, signingKeyFromSeed } from '@myelin/algorithms/signatures'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { RemoteServer, type RemoteRoom } from './testing/remote-server.ts'
import { myelinCommand } from './testing/commands.ts'

const run = promisify(execFile)

let net: Network
let alice: User
let remote: RemoteServer
let roomId: string
let room: RemoteRoom

before(async () => {
  net = await Network.create(1, ['evil.test', 'other.test'])
  alice = await net.server(0).user('alice')
  remote = await RemoteServer.start(net, 'evil.test')
  roomId = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  room = await remote.join(net.server(0), roomId)
  room.servesHistory()
})
after(async () => {
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const explained = async (eventId: string) => net.server(0).services.rooms.explainEvent(eventId)

/** Waits until the event is known to have come to that. */
const becomes = (eventId: string, verdict: string) =>
  eventually(async () => {
    const found = await explained(eventId)
    return found?.verdict === verdict ? found : undefined
  })

const shown = async (user: User = alice, id: string = roomId) =>
  new Set((await user.history(id)).map((event) => event['event_id'] as string))

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of the heap that are in use, by the server and by the one beside it. */
function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

function assertFlat(before: number, { heapMb }: { readonly heapMb: number }): void {
  const moreMb = (heapUsed() - before) / 1024 / 1024
  assert.ok(moreMb < heapMb, `${moreMb.toFixed(1)} MB more are in use`)
}

/** The room still works, in both directions. */
async function isAlive(): Promise<void> {
  const event = room.next()
  assert.deepEqual(await room.send(event), { [event.eventId]: {} })
  assert.ok((await shown()).has(event.eventId))
}

test('an honest event comes in', isAlive)

test('events that are not signed as they must be are dropped, and why is remembered', async () => {
  const honest = room.event()
  const { signatures: _, ...unsigned } = honest.pdu
  const key = signingKeyFromSeed('ed25519:remote', new Uint8Array(32).fill(200))
  const unknown = signingKeyFromSeed('ed25519:unknown', new Uint8Array(32).fill(200))
  const forger = { serverName: remote.serverName }
  const foreign = room.event({ sender: alice.userId })
  const broken = { ...honest.pdu, signatures: { [remote.serverName]: { 'ed25519:remote': 'AAAA' } } }
  for (const [pdu, event] of [
    [{ ...unsigned, signatures: {} }, honest],
    [broken, honest],
    [signEvent(unsigned, room.rules, { ...forger, key }), honest],
    [foreign.pdu, foreign],
  ] as const) {
    const results = await remote.send(net.server(0), [JSON.stringify(pdu)])
    assert.ok(results[event.eventId]?.error, JSON.stringify(results))
    const why = await becomes(event.eventId, 'dropped')
    assert.deepEqual([why.rule, why.origin, why.roomId], ['signature', 'evil.test', roomId])
  }
  // It may be a key that its server does not publish yet.
  const strange = room.event()
  const { signatures: __, ...bare } = strange.pdu
  const signed = signEvent(bare, room.rules, { ...forger, key: unknown })
  assert.deepEqual(await remote.send(net.server(0), [JSON.stringify(signed)]), { [strange.eventId]: {} })
  await becomes(strange.eventId, 'waiting')
  // One wrong signature beside the right one spoils the event.
  const both = {
    ...honest.pdu.signatures,
    [remote.serverName]: { ...(honest.pdu.signatures[remote.serverName] as object) },
  }
  assert.deepEqual(await remote.send(net.server(0), [JSON.stringify({ ...honest.pdu, signatures: both })]), {
    [honest.eventId]: {},
  })
  await isAlive()
})

test('what is no event, too large, too deep or out of range is dropped alone', async () => {
  const nested = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`
  const of = (content: string) => room.event().json.replace(/"content":\{[^}]*\}/, `"content":${content}`)
  const hostile = [
    '1',
    'null',
    '[]',
    '{}',
    `{"room_id":${JSON.stringify(roomId)}}`,
    of(`{"body":"${'x'.repeat(66_000)}"}`),
    of('{"body":9007199254740993}'),
    of('{"body":1.5}'),
    of(nested),
    room.event({ depth: -1 }).json,
    room.event({ type: 't'.repeat(256) }).json,
    room.event({ prev_events: Array.from({ length: 21 }, () => room.last) }).json,
    room.event({ auth_events: Array.from({ length: 11 }, () => room.last) }).json,
    JSON.stringify({ ...room.event().pdu, prev_events: 'none' }),
    JSON.stringify({ ...room.event().pdu, origin_server_ts: 'now' }),
    JSON.stringify({ ...room.event().pdu, sender: 'nobody' }),
  ]
  const before = await shown()
  const { status } = await remote.transaction(net.server(0), hostile)
  assert.ok(status === 200 || status === 400, String(status))
  for (const pdu of hostile) await remote.transaction(net.server(0), [pdu])
  const event = room.next()
  await room.send(event)
  assert.deepEqual(await shown(), new Set([...before, event.eventId]))
})

test('an event that nests deeply takes nothing with it that came along', async () => {
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
  const deep = room.event({ content: { nested: nested(500) } })
  const plain = room.event()
  assert.deepEqual(await room.send(deep, plain), { [deep.eventId]: {}, [plain.eventId]: {} })
})

test('of a key that is there twice the last counts, for the hash as for the reader', async () => {
  const event = room.event({ content: { msgtype: 'm.text', body: 'honest' } })
  const twice = event.json.replace('"content":{', '"content":{"body":"other",')
  await remote.send(net.server(0), [twice])
  const found = (await alice.history(roomId)).find((each) => each['event_id'] === event.eventId)
  assert.ok(found === undefined || found.content.body === 'honest')
  await isAlive()
})

test('an event whose content was changed comes in redacted', async () => {
  const event = room.next({ content: { msgtype: 'm.text', body: 'as it was signed' } })
  await remote.send(net.server(0), [event.json.replace('as it was signed', 'something else')])
  const found = (await alice.history(roomId)).find((each) => each['event_id'] === event.eventId)
  assert.deepEqual(found?.content, {})
  await isAlive()
})

test('events that cite what does not allow them are rejected, and why is stored', async () => {
  const levels = room.state.get('m.room.power_levels ') ?? ''
  const create = room.state.get('m.room.create ') ?? ''
  const own = room.state.get(`m.room.member ${room.userId}`) ?? ''
  const forged = room.event({ type: 'm.room.power_levels', state_key: '', content: { users: { [room.userId]: 100 } } })
  const result = await room.send(forged)
  assert.ok(result[forged.eventId]?.error)
  assert.match((await becomes(forged.eventId, 'rejected')).reason ?? '', /power/)
  room.state.set('m.room.power_levels ', forged.eventId)
  const following = room.event({ type: 'm.room.name', state_key: '', content: { name: 'mine' } })
  await room.send(following)
  assert.ok((await becomes(following.eventId, 'rejected')).rule)
  room.state.set('m.room.power_levels ', levels)
  const twice = room.event({ auth_events: [create, levels, levels.replace('$', '$x'), own] })
  await room.send(twice)
  await becomes(twice.eventId, 'dropped')
  const without = room.event({ auth_events: [levels, own] })
  await room.send(without)
  assert.equal((await becomes(without.eventId, 'rejected')).rule, '2.4')
  const elsewhere = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  const other = await remote.join(net.server(0), elsewhere)
  const citing = room.event({ auth_events: [create, levels, own, other.state.get('m.room.topic ') ?? other.last] })
  await room.send(citing)
  await becomes(citing.eventId, 'dropped')
  const seen = await shown()
  for (const { eventId } of [forged, following, twice, without, citing]) assert.ok(!seen.has(eventId))
  // What follows a rejected event may come in.
  const after = room.event({ prev_events: [forged.eventId] })
  assert.deepEqual(await room.send(after), { [after.eventId]: {} })
  assert.ok((await shown()).has(after.eventId))
  await isAlive()
})

test('the operator is told what became of an event, and why', async () => {
  const forged = room.event({ type: 'm.room.name', state_key: '', content: { name: 'mine' } })
  await room.send(forged)
  const why = (eventId: string) =>
    run(process.execPath, [myelinCommand, 'event', 'why', eventId, '--data', net.server(0).data])
  const { stdout } = await why(forged.eventId)
  assert.match(stdout, /^rejected: .*power.* \(rule \S+\)\nin !\S+\nat \S+\n$/)
  assert.match((await why(room.last)).stdout, /^accepted\nin !/)
  await assert.rejects(why('$never-heard-of'), /has not heard of the event/)
  remote.answers.set('get_missing_events', () => 'never')
  await room.send(room.event({ prev_events: ['$not-given-yet'] }))
  const metrics = await (await fetch(`${net.server(0).baseUrl}/metrics`)).text()
  room.servesHistory()
  remote.hangUp()
  assert.match(metrics, /^myelin_refused_events_total\{verdict="rejected",rule="[0-9.]+"\} [1-9]/m)
  assert.match(metrics, /^myelin_refused_events_total\{verdict="dropped",rule="signature"\} [1-9]/m)
  assert.match(metrics, /^myelin_staged_events [1-9]/m)
})

test('who was banned says nothing by following what was before: it is kept, but neither shown nor followed', async () => {
  const id = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  const banned = await remote.join(net.server(0), id)
  banned.servesHistory()
  await alice.post(`/rooms/${encodeURIComponent(id)}/ban`, { user_id: banned.userId })
  const evading = banned.next()
  assert.deepEqual(await banned.send(evading), { [evading.eventId]: {} })
  const why = await becomes(evading.eventId, 'soft_failed')
  assert.match(why.reason ?? '', /not in the room/)
  const next = await alice.say(id, 'peace')
  const stored = await net.server(0).services.rooms.byId(id)
  assert.ok(!stored?.eventById(next)?.json.includes(evading.eventId))
  assert.ok(!(await shown(alice, id)).has(evading.eventId))
})

test('who was banned says nothing by following what nobody has, with a state before it from before the ban', async () => {
  const id = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  const banned = await remote.join(net.server(0), id)
  const state = [...banned.state.values()]
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  await alice.post(`/rooms/${encodeURIComponent(id)}/ban`, { user_id: banned.userId })
  const evading = banned.next({ prev_events: ['$nobody-has-this'] })
  await banned.send(evading)
  await becomes(evading.eventId, 'soft_failed')
  assert.ok(!(await shown(alice, id)).has(evading.eventId))
  remote.answers.delete('state_ids')
  room.servesHistory()
})

test('who was banned says nothing either by an accomplice whose event follows theirs first', async () => {
  const id = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  const banned = await remote.join(net.server(0), id, 'mallory')
  const accomplice = await remote.join(net.server(0), id, 'accomplice')
  await alice.post(`/rooms/${encodeURIComponent(id)}/ban`, { user_id: banned.userId })
  const withheld = banned.event({ content: { msgtype: 'm.text', body: 'evading' } })
  const following = accomplice.event({ prev_events: [withheld.eventId], depth: withheld.pdu.depth + 1 })
  const state = [...accomplice.state.values()]
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  await accomplice.send(following)
  await becomes(following.eventId, 'accepted')
  await banned.send(withheld)
  await becomes(withheld.eventId, 'soft_failed')
  const seen = await shown(alice, id)
  assert.ok(seen.has(following.eventId) && !seen.has(withheld.eventId))
  remote.answers.delete('state_ids')
  room.servesHistory()
})

test('a room with many forks gets an event that follows them all, which nobody sees', async () => {
  const { last, depth } = room
  const forks = Array.from({ length: 30 }, (_, n) =>
    room.event({ prev_events: [last], depth: depth + 1, content: { msgtype: 'm.text', body: `fork ${n}` } }),
  )
  await room.send(...forks)
  const stored = await net.server(0).services.rooms.byId(roomId)
  assert.ok(stored)
  await eventually(async () => (stored.heads.length <= 10 ? true : undefined))
  const visible = await shown()
  assert.ok(forks.every(({ eventId }) => visible.has(eventId)))
  await alice.say(roomId, 'one again')
  const said = stored.recent.at(-1)
  assert.equal(stored.heads.length, 1)
  assert.ok((said?.authEvent.prevEvents ?? []).some((eventId) => !visible.has(eventId)))
  // Others are given it when they ask for what is between.
  const body = { earliest_events: [last], latest_events: [said?.eventId ?? ''], limit: 20, min_depth: 0 }
  const path = `/_matrix/federation/v1/get_missing_events/${encodeURIComponent(roomId)}`
  const answer = await remote.call(net.server(0), 'POST', path, JSON.stringify(body))
  const types = new Set((answer.body.events as { type: string }[]).map(({ type }) => type))
  assert.ok(types.has('org.matrix.dummy_event'))
  await isAlive()
})

test('a gap of a million events is not walked: what is given of it and the state before it are taken', async () => {
  const distant: string[] = []
  for (let n = 0; n < 130; n++) {
    const event = room.event({
      depth: room.depth + 1_000_000 + n,
      prev_events: [distant.at(-1) ?? '$before-all-of-it'],
      content: { msgtype: 'm.text', body: `distant ${n}` },
    })
    distant.push(event.eventId)
  }
  const state = [...room.state.values()]
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  const last = remote.events.get(distant.at(-1) ?? '')
  assert.ok(last)
  const requests = remote.seen.length
  assert.deepEqual(await room.send(last), { [last.eventId]: {} })
  await becomes(last.eventId, 'accepted')
  assert.ok(remote.seen.length - requests < 15, `${remote.seen.length - requests} requests`)
  assert.ok((await shown()).has(last.eventId))
  remote.answers.delete('state_ids')
  await isAlive()
})

test('what cannot be had is given up, and the room goes on meanwhile', async () => {
  remote.answers.set('get_missing_events', () => 'never')
  const lost = room.event({ prev_events: ['$nobody-has-this'] })
  assert.deepEqual(await room.send(lost), { [lost.eventId]: {} })
  assert.equal((await becomes(lost.eventId, 'waiting')).origin, 'evil.test')
  for (let n = 0; n < 5; n++) await isAlive()
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.hangUp()
  assert.equal((await becomes(lost.eventId, 'dropped')).rule, 'missing')
  room.servesHistory()
  const hole = room.event({ auth_events: ['$nobody-has-this-either'] })
  await room.send(hole)
  await becomes(hole.eventId, 'dropped')
  await isAlive()
})

test('what waited when the server stopped is fetched after its start', async () => {
  remote.answers.set('get_missing_events', () => 'never')
  const between = room.next()
  const last = room.next()
  assert.deepEqual(await remote.send(net.server(0), [last.json], 'kept'), { [last.eventId]: {} })
  await becomes(last.eventId, 'waiting')
  await net.server(0).stop()
  room.servesHistory()
  await net.server(0).start()
  await becomes(last.eventId, 'accepted')
  await becomes(between.eventId, 'accepted')
  // The transaction is known still, and answered as it was, whatever it holds now.
  assert.deepEqual(await remote.send(net.server(0), [room.event().json], 'kept'), { [last.eventId]: {} })
  alice = alice.at(net.server(0).baseUrl)
  await isAlive()
})

test('a state of made-up events is not believed, and takes no memory for long', async () => {
  const before = heapUsed()
  const ids = Array.from({ length: 100_000 }, (_, n) => `$made-up-${n}`)
  const made = { ...room.event().pdu, content: { x: 'y'.repeat(500) } }
  remote.answers.set('get_missing_events', () => ({ body: { events: [] } }))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: ids, auth_chain_ids: ids } }))
  remote.answers.set('state/', () => ({
    raw: `{"auth_chain":[],"pdus":[${ids
      .slice(0, 20_000)
      .map((id) => JSON.stringify({ ...made, state_key: id }))
      .join(',')}]}`,
  }))
  const event = room.event({ prev_events: ['$far-away'] })
  await room.send(event)
  const why = await eventually(async () => {
    const found = await explained(event.eventId)
    return found?.verdict === 'dropped' ? found : undefined
  })
  assert.equal(why.rule, 'missing')
  for (const word of ['state_ids', 'state/']) remote.answers.delete(word)
  ids.length = 0
  room.servesHistory()
  await isAlive()
  assertFlat(before, { heapMb: 16 })
})

test('a key that is swapped under its name opens nothing that was signed before', async () => {
  const honest = remote.key
  const event = room.event()
  remote.key = signingKeyFromSeed('ed25519:remote', new Uint8Array(32).fill(77))
  const { status } = await remote.transaction(net.server(0), [event.json])
  assert.equal(status, 401)
  const swapped = room.event()
  remote.key = honest
  const results = await remote.send(net.server(0), [swapped.json])
  assert.ok(results[swapped.eventId]?.error)
  await isAlive()
})

test('a transaction that is too long, or follows too many unanswered ones, is refused', async () => {
  const pdus = Array.from({ length: 51 }, () => room.event().json)
  const { status, body } = await remote.transaction(net.server(0), pdus)
  assert.deepEqual([status, body.errcode], [400, 'M_TOO_LARGE'])
  const edu = { edu_type: 'm.typing', content: { room_id: roomId, user_id: room.userId, typing: true } }
  const withEdus = (count: number) =>
    remote.call(
      net.server(0),
      'PUT',
      `/_matrix/federation/v1/send/edus-${count}`,
      JSON.stringify({
        origin: remote.serverName,
        origin_server_ts: 1,
        pdus: [],
        edus: Array.from({ length: count }, () => edu),
      }),
    )
  const tooMany = await withEdus(101)
  assert.deepEqual([tooMany.status, tooMany.body.errcode], [400, 'M_TOO_LARGE'])
  assert.equal((await withEdus(100)).status, 200)
  const many = await Promise.all(
    Array.from({ length: 20 }, () => remote.transaction(net.server(0), [room.event().json])),
  )
  assert.ok(many.every((answer) => answer.status === 200 || answer.status === 429))
  await isAlive()
})

test('a body that never ends holds up nobody', async () => {
  const { federationPort: port, serverName: servername } = net.server(0)
  const slow = Array.from({ length: 50 }, () => {
    const socket = connect({ host: '127.0.0.1', port, servername, ca: net.authority.ca })
    socket.on('error', () => undefined)
    socket.write('PUT /_matrix/federation/v1/send/slow HTTP/1.1\r\nHost: hs1.test\r\nContent-Length: 1000000\r\n')
    socket.write('Authorization: X-Matrix origin="evil.test",key="ed25519:remote",sig="AA"\r\n\r\n{"pdus":[')
    return socket
  })
  await isAlive()
  for (const socket of slow) socket.destroy()
})

test('thousands of hostile events leave memory as it was', async () => {
  const flood = async () => {
    for (let round = 0; round < 10; round++) {
      const events = Array.from({ length: 50 }, (_, n) =>
        n % 2 === 0
          ? room.event({ sender: alice.userId })
          : room.event({ type: 'm.room.name', state_key: '', content: {} }),
      )
      remote.events.clear()
      await room.send(...events)
    }
  }
  await flood()
  const before = heapUsed()
  for (let times = 0; times < 3; times++) await flood()
  remote.events.clear()
  assertFlat(before, { heapMb: 16 })
  await isAlive()
})
