// What a server tells others of itself: its directory, its users' profiles, whose a token is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exchangeOpenIdToken } from '@myelin/protocol/server-server/openid'
import { getPublicRooms, queryPublicRooms } from '@myelin/protocol/server-server/public_rooms'
import { queryProfile } from '@myelin/protocol/server-server/query'
import type { UserId } from '@myelin/protocol/identifiers'
import type { User } from './testing/api.ts'
import { Network } from './testing/network.ts'
import { RemoteServer } from './testing/remote-server.ts'

let net: Network
let remote: RemoteServer
let alice: User
let bob: User
before(async () => {
  net = await Network.create(2, ['remote.test'])
  remote = await RemoteServer.start(net, 'remote.test')
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
})
after(async () => {
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const published = (name: string, body: object = {}) =>
  alice.createRoom({ preset: 'public_chat', visibility: 'public', name, ...body })
const names = ({ chunk }: { chunk: { name: string }[] }) => chunk.map(({ name }) => name).toSorted()

test('the directory of another server is read, searched, filtered and paged', async () => {
  await published('Gardening')
  await published('Cooking')
  await published('Everything', { creation_content: { type: 'm.space' } })
  assert.deepEqual(names(await bob.get('/publicRooms?server=hs1.test')), ['Cooking', 'Everything', 'Gardening'])
  const query = (body: object) => bob.post('/publicRooms?server=hs1.test', body)
  assert.deepEqual(names(await query({ filter: { generic_search_term: 'garden' } })), ['Gardening'])
  assert.deepEqual(names(await query({ filter: { room_types: ['m.space'] } })), ['Everything'])
  assert.deepEqual(names(await query({ filter: { room_types: [null] } })), ['Cooking', 'Gardening'])
  const first = await query({ limit: 2 })
  const second = await query({ limit: 2, since: first.next_batch })
  assert.deepEqual([...names(first), ...names(second)].toSorted(), ['Cooking', 'Everything', 'Gardening'])
  assert.equal(second.next_batch, undefined)
  assert.deepEqual(names(await query({ limit: 0 })), ['Cooking', 'Everything', 'Gardening'], 'no limit')
  assert.deepEqual((await query({ third_party_instance_id: 'irc' })).chunk, [])
  assert.equal((await bob.call('/publicRooms?server=nowhere.test')).status, 502)
})

test('a server that asks for no rooms in particular, or for 0 of them, is given all', async () => {
  const { peers } = net.server(1).services.federation
  for (const query of [{}, { limit: 0 }])
    assert.equal((await peers.call('hs1.test', getPublicRooms, { query })).chunk.length, 3)
})

test('a server asks for rooms of a network that is not bridged to, and gets none', async () => {
  const { peers } = net.server(1).services.federation
  const body = { third_party_instance_id: 'irc' }
  assert.deepEqual((await peers.call('hs1.test', queryPublicRooms, { body })).chunk, [])
})

test('a profile is served whole and by its fields', async () => {
  await alice.put(`/profile/${encodeURIComponent(alice.userId)}/displayname`, { displayname: 'Alice A.' })
  const { peers } = net.server(1).services.federation
  const ask = (more: object) =>
    peers.call('hs1.test', queryProfile, { query: { user_id: alice.userId as UserId, ...more } })
  assert.equal((await ask({})).displayname, 'Alice A.')
  assert.deepEqual(await ask({ field: 'displayname' }), { displayname: 'Alice A.' })
  assert.deepEqual(await ask({ field: 'avatar_url' }), {})
  const shown = await bob.get(`/profile/${encodeURIComponent(alice.userId)}/displayname`)
  assert.deepEqual(shown, { displayname: 'Alice A.' })
  assert.equal((await bob.call(`/profile/${encodeURIComponent('@nobody:hs1.test')}`)).status, 404)
})

test('of a profile that another server gives, what a user has not set is not there, and nonsense neither', async () => {
  const profile = { displayname: null, avatar_url: 7, 'm.tz': { no: 'zone' }, 'org.example': null, 'org.other': [1] }
  remote.answers.set('query/profile', () => ({ body: profile }))
  const path = `/profile/${encodeURIComponent('@mallory:remote.test')}`
  assert.deepEqual(await alice.get(path), { 'org.example': null, 'org.other': [1] })
  assert.equal((await alice.call(`${path}/displayname`)).body.errcode, 'M_NOT_FOUND')
})

test('an alias leads to the servers that have a name, whatever else its own says', async () => {
  const servers = ['hs2.test', 'no server', 7, 'remote.test']
  remote.answers.set('query/directory', () => ({ body: { room_id: '!room:remote.test', servers } }))
  assert.deepEqual(await alice.get(`/directory/room/${encodeURIComponent('#room:remote.test')}`), {
    room_id: '!room:remote.test',
    servers: ['hs2.test', 'remote.test'],
  })
})

test('another server learns whose an OpenID token is', async () => {
  const { access_token: token } = await alice.post(`/user/${encodeURIComponent(alice.userId)}/openid/request_token`)
  const { peers } = net.server(1).services.federation
  const whose = (access_token: string) => peers.call('hs1.test', exchangeOpenIdToken, { query: { access_token } })
  assert.deepEqual(await whose(token), { sub: alice.userId })
  await assert.rejects(whose('forged'), /token/)
})
