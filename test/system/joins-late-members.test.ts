// A room whose members do not come at once: what its users do meanwhile, and what becomes of it when the server stops.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { buildEvent } from '@myelin/algorithms/build-event'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import { User } from './testing/api.ts'
import { eventually } from './testing/network.ts'
import { SyntheticNetwork } from './testing/synthetic.ts'

let net: SyntheticNetwork
let bob: User
/** Lets the members through. */
let release = () => {}
before(async () => {
  net = await SyntheticNetwork.create({ members: 60, omitsMembers: true })
  bob = await net.server.user('bob')
  holdMembers()
})
after(async () => {
  release()
  await net[Symbol.asyncDispose]()
})

function holdMembers(): void {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  release = () => resolve(false)
  net.remote.instead = ({ verb }) => (verb === 'state' ? promise : false)
}

const path = () => `/rooms/${encodeURIComponent(net.room.roomId)}`
const members = () => bob.get(`${path()}/members?membership=join`)
const room = async () => {
  const found = await net.server.services.rooms.byId(net.room.roomId)
  assert.ok(found)
  return found
}

interface Said {
  readonly userId: string
  readonly body: string
  /** Ids of the events it cites besides those every event does. */
  readonly cites: readonly string[]
}

/** Sends what a user of another server says, as that server does. */
async function sends({ userId, body, cites }: Said): Promise<Record<string, { error?: string }>> {
  const origin = userId.slice(userId.indexOf(':') + 1)
  const { roomId, keys, authEvents } = net.room
  const key = keys.get(origin)
  const { heads, rules } = await room()
  assert.ok(key)
  const fields = {
    ...{ type: 'm.room.message', sender: userId, room_id: roomId, content: { msgtype: 'm.text', body } },
    ...{ origin_server_ts: Date.now(), depth: (heads[0]?.depth ?? 0) + 1 },
    prev_events: heads.map(({ eventId }) => eventId),
    auth_events: [...authEvents.slice(0, 2), ...cites],
  }
  const { json } = buildEvent(fields, rules, { serverName: origin, key })
  const uri = `/_matrix/federation/v1/send/${crypto.randomUUID()}`
  const contentText = `{"edus":[],"origin":"${origin}","origin_server_ts":${Date.now()},"pdus":[${json}]}`
  const authorization = xMatrixHeader({ method: 'PUT', uri, origin, destination: 'joiner.test', contentText }, key)
  const headers = { authorization, 'content-type': 'application/json' }
  const answer = await fetch(net.server.baseUrl + uri, { method: 'PUT', headers, body: contentText })
  return ((await answer.json()) as { pdus: Record<string, { error?: string }> }).pdus
}

/** The id of the current membership event of a user. */
async function membershipId(userId: string): Promise<string> {
  const { rules } = await room()
  const text = net.room.members.find((each) => JSON.parse(each).state_key === userId) ?? ''
  const { hashes: _, signatures: __, ...fields } = JSON.parse(text)
  const serverName = userId.slice(userId.indexOf(':') + 1)
  const key = net.room.keys.get(serverName)
  assert.ok(key)
  return buildEvent(fields, rules, { serverName, key }).eventId
}

test('the room is in use before its members have come', async () => {
  const joined = await bob.call(`/join/${encodeURIComponent(net.room.roomId)}?via=s0.remote.test`, { body: {} })
  assert.equal(joined.status, 200, JSON.stringify(joined.body))
  assert.ok((await room()).partial)
  await bob.say(net.room.roomId, 'hello')
  await eventually(async () => (net.remote.heard.some(({ content }) => content['body'] === 'hello') ? true : undefined))
  const filter = JSON.stringify({ room: { state: { lazy_load_members: true } } })
  const { rooms } = await bob.sync({ filter })
  const { state, timeline } = rooms.join[net.room.roomId]
  const types = new Set([...state.events, ...timeline.events].map(({ type }: { type: string }) => type))
  assert.ok(types.has('m.room.create') && types.has('m.room.name') && types.has('m.room.message'))
})

test('a member who is still to come is heard by the membership that is cited', async () => {
  const userId = '@u7:s1.remote.test'
  const results = await sends({ userId, body: 'heard early', cites: [await membershipId(userId)] })
  assert.deepEqual(Object.values(results), [{}])
  await eventually(async () =>
    (await bob.history(net.room.roomId)).at(-1)?.content.body === 'heard early' ? true : undefined,
  )
  const { content } = await bob.get(`${path()}/state/m.room.member/${encodeURIComponent(userId)}?format=event`)
  assert.equal(content.membership, 'join')
})

test('who is no member is not heard', async () => {
  const results = await sends({ userId: '@stranger:s1.remote.test', body: 'let me in', cites: [] })
  assert.ok(Object.values(results)[0]?.error)
  assert.notEqual((await bob.history(net.room.roomId)).at(-1)?.content.body, 'let me in')
})

test('after a restart the members are fetched, and whoever asked for them meanwhile waited', async () => {
  const { next_batch: since } = await bob.sync()
  await net.restart()
  bob = new User(net.server.baseUrl, { user_id: bob.userId, access_token: bob.token, device_id: bob.deviceId })
  assert.ok((await room()).partial)
  let isAnswered = false
  const asked = members().then(({ chunk }) => {
    isAnswered = true
    return chunk
  })
  await bob.say(net.room.roomId, 'still waiting')
  assert.equal(isAnswered, false)
  release()
  assert.equal((await asked).length, net.room.members.length + 1)
  assert.equal((await room()).partial, undefined)
  const { rooms } = await bob.sync({ since })
  const { state, summary } = rooms.join[net.room.roomId]
  const shown = state.events.filter(({ type }: { type: string }) => type === 'm.room.member')
  assert.ok(shown.length >= net.room.members.length, 'a client that does not load members lazily gets them all')
  assert.equal(summary['m.joined_member_count'], net.room.members.length + 1)
  const bodies = (await bob.history(net.room.roomId)).map(({ content }) => content.body).filter(Boolean)
  assert.deepEqual(bodies, ['hello', 'heard early', 'still waiting'])
  const userId = '@u9:s0.remote.test'
  assert.deepEqual(Object.values(await sends({ userId, body: 'later', cites: [await membershipId(userId)] })), [{}])
})
