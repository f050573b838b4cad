// Servers that let nobody in as they should: each time the next server is asked, and nothing is left of the first.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { callOperatorSocket } from '@myelin/server/cli/operator-client'
import { syntheticRoom } from '../../bench/federation/synthetic-room.ts'
import type { User } from './testing/api.ts'
import { eventually } from './testing/network.ts'
import { SyntheticNetwork } from './testing/synthetic.ts'

let net: SyntheticNetwork
let count = 0
before(async () => {
  net = await SyntheticNetwork.create({ members: 120, omitsMembers: false })
})
beforeEach(() => {
  net.remote.instead = () => false
})
after(() => net[Symbol.asyncDispose]())

const newUser = () => net.server.user(`user${count++}`)
const path = () => `/rooms/${encodeURIComponent(net.room.roomId)}`

const join = (user: User, ...servers: readonly string[]) =>
  user.call(
    `/join/${encodeURIComponent(net.room.roomId)}?${servers.map((name) => `via=${name}.remote.test`).join('&')}`,
    {
      method: 'POST',
      body: {},
    },
  )

/** Lets all servers, or one, answer a join so. */
function letAnswer(answer: (response: ServerResponse, join: string) => void, only?: string): void {
  net.remote.instead = ({ name, verb, body }, response) => {
    if (verb !== 'send_join' || (only !== undefined && !name.startsWith(`${only}.`))) return false
    response.on('error', () => undefined)
    answer(response, body)
    return true
  }
}

const given =
  (state: readonly string[], authChain: readonly string[] = chain()) =>
  (response: ServerResponse, event: string): void => {
    response.writeHead(200).end(`{"event":${event},"state":[${state.join(',')}],"auth_chain":[${authChain.join(',')}]}`)
  }
const unsigned = (texts: readonly string[]) =>
  texts.map((text) => JSON.stringify({ ...JSON.parse(text), signatures: {} }))
const chain = () => [...net.room.chainOfFacts, ...net.room.chainOfMembers]
const whole = () => [...net.room.facts, ...net.room.members]
const isCreate = (text: string) => JSON.parse(text).type === 'm.room.create'
const other = syntheticRoom({ members: 2, serverNames: ['x0.remote.test', 'x1.remote.test'], events: 2 })

const hostile: Readonly<Record<string, () => (response: ServerResponse, join: string) => void>> = {
  // First: what was signed once is known afterwards.
  'gives events without signatures': () => given(unsigned(whole()), unsigned(chain())),
  'answers with what is no JSON': () => (response) => response.writeHead(200).end('<html>'),
  'ends in the middle of an event': () => (response) => {
    response.writeHead(200).write('{"state":[{"type":"m.ro')
    setTimeout(() => response.destroy(), 50)
  },
  'never ends an event': () => (response) => {
    response.writeHead(200).write('{"state":[{"type":"')
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', more)
    more()
  },
  'gives a hundred thousand things that are no events': () =>
    given(Array.from({ length: 100_000 }, (_, at) => `{"n":${at}}`)),
  'leaves the create event out': () => given(whole().filter((text) => !isCreate(text))),
  'gives the state of another room': () => given([...other.facts, ...other.members]),
  'gives two events for one part of the state': () => given([...whole(), ...net.room.chainOfMembers.slice(0, 1)]),
  'gives another event than the join': () => (response) => given(whole())(response, net.room.members[1] ?? ''),
}

for (const [behaviour, answer] of Object.entries(hostile))
  test(`a server that ${behaviour} is followed by the next`, async () => {
    const user = await newUser()
    letAnswer(answer())
    const failed = await join(user, 's0')
    assert.ok(failed.status >= 400, JSON.stringify(failed.body))
    assert.deepEqual((await user.get('/joined_rooms')).joined_rooms, [])
    assert.equal((await user.sync()).rooms, undefined)
    assert.deepEqual(net.server.services.rooms.joins.list(), [])
    letAnswer(answer(), 's0')
    const came = await join(user, 's0', 's1')
    assert.equal(came.status, 200, JSON.stringify(came.body))
    assert.equal((await user.get(`${path()}/joined_members`)).joined[user.userId] !== undefined, true)
    const members = (await user.get(`${path()}/members?membership=join`)).chunk.length
    assert.equal(members, net.room.members.length + 1)
    // Out again, so that the next test begins at the door.
    await user.post(`${path()}/leave`)
  })

test('a room of a version that is not known here, or not there, is not joined, and the client is told which', async () => {
  const user = await newUser()
  const event = {
    ...{ type: 'm.room.member', room_id: net.room.roomId, sender: user.userId, state_key: user.userId },
    ...{ content: { membership: 'join' }, origin_server_ts: 1, depth: 9, prev_events: [], auth_events: [] },
  }
  const template = { room_version: 'org.example.99', event }
  const refusal = { errcode: 'M_INCOMPATIBLE_ROOM_VERSION', error: 'Not for you', room_version: '9' }
  for (const [status, answer, version] of [
    [200, template, 'org.example.99'],
    [400, refusal, '9'],
  ] as const) {
    net.remote.instead = ({ verb }, response) => {
      if (verb !== 'make_join') return false
      response.writeHead(status).end(JSON.stringify(answer))
      return true
    }
    const { status: told, body } = await join(user, 's0')
    assert.deepEqual([told, body.errcode, body.room_version], [400, 'M_INCOMPATIBLE_ROOM_VERSION', version])
  }
})

test('a join that hangs is listed with how far it came, and ended by an operator', async () => {
  const user = await newUser()
  letAnswer((response) => {
    response.writeHead(200).write(`{"state":[${whole().join(',')},`)
  })
  const waiting = join(user, 's0')
  const joins = await eventually(async () => {
    const answer = await callOperatorSocket(net.data, { method: 'GET', path: '/_myelin/admin/v1/joins' })
    const found = answer?.['joins'] as { received: number }[]
    return found[0] && found[0].received > 100 ? found : undefined
  })
  assert.partialDeepStrictEqual(joins, [{ phase: 'receiving', user_id: user.userId }])
  const ended = `/_myelin/admin/v1/joins/${encodeURIComponent(net.room.roomId)}`
  await callOperatorSocket(net.data, { method: 'DELETE', path: ended })
  assert.match((await waiting).body.error, /ended/)
  await assert.rejects(callOperatorSocket(net.data, { method: 'DELETE', path: ended }), /under way/)
})

test('a join that a stop cut short goes on when the server is back', async () => {
  const user = await newUser()
  letAnswer((response) => {
    response.writeHead(200).write(`{"state":[${whole().slice(0, 50).join(',')},`)
  })
  const waiting = join(user, 's0')
  await eventually(async () => (net.server.services.rooms.joins.list()[0]?.phase === 'receiving' ? true : undefined))
  net.remote.instead = () => false
  await net.server.stop()
  assert.equal((await waiting).status, 503)
  await net.server.start()
  const again = Object.assign(Object.create(Object.getPrototypeOf(user)), user, { baseUrl: net.server.baseUrl }) as User
  await eventually(async () => {
    const { joined_rooms: rooms } = await again.get('/joined_rooms')
    return rooms.includes(net.room.roomId) ? true : undefined
  })
  assert.equal((await again.get(`${path()}/members?membership=join`)).chunk.length, net.room.members.length + 1)
})
