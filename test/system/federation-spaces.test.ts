// Spaces that reach over several servers, and rooms described to people who are not in them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RoomId } from '@myelin/protocol/identifiers'
import { getSpaceHierarchy } from '@myelin/protocol/server-server/space_hierarchy'
import { call, type Reply, type User } from './testing/api.ts'
import { Network } from './testing/network.ts'
import { RemoteServer } from './testing/remote-server.ts'

let net: Network
let alice: User
let bob: User
before(async () => {
  net = await Network.create(2, ['remote.test'])
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
})
after(() => net[Symbol.asyncDispose]())

const api = (user: User, path: string): Promise<Reply> =>
  call(user.baseUrl, `/_matrix/client/v1${path}`, { token: user.token })
const hierarchy = async (user: User, roomId: string, query = '') =>
  (await api(user, `/rooms/${encodeURIComponent(roomId)}/hierarchy?${query}`)).body
const idsOf = ({ rooms }: { rooms: { room_id: string }[] }) => rooms.map(({ room_id }) => room_id)

const space = (user: User, name: string, body: object = {}) =>
  user.createRoom({ name, preset: 'public_chat', creation_content: { type: 'm.space' }, ...body })
const adopt = (user: User, spaceId: string, childId: string, content: object) =>
  user.put(`/rooms/${encodeURIComponent(spaceId)}/state/m.space.child/${encodeURIComponent(childId)}`, content)

test('a space is walked depth first, through rooms of another server, page by page', async () => {
  const open = await alice.createRoom({ name: 'Open', preset: 'public_chat' })
  const secret = await alice.createRoom({ name: 'Secret' })
  const inner = await space(alice, 'Inner')
  await adopt(alice, inner, open, { via: ['hs1.test'], order: 'a' })
  await adopt(alice, inner, secret, { via: ['hs1.test'], order: 'b' })
  const own = await bob.createRoom({ name: 'Own' })
  const root = await space(bob, 'Root')
  await adopt(bob, root, inner, { via: ['hs1.test'], order: '2' })
  await adopt(bob, root, own, { via: ['hs2.test'], order: '1', suggested: true })
  await adopt(bob, root, '!gone:hs1.test', { via: ['hs1.test'], order: '3' })
  await adopt(bob, root, open, {})
  const whole = await hierarchy(bob, root)
  assert.deepEqual(idsOf(whole), [root, own, inner, open])
  assert.equal(whole.next_batch, undefined)
  assert.deepEqual(
    whole.rooms[0].children_state.map(({ state_key: id }: { state_key: string }) => id),
    [own, inner, '!gone:hs1.test'],
  )
  assert.equal(whole.rooms[2].name, 'Inner')
  assert.deepEqual(idsOf(await hierarchy(bob, root, 'max_depth=1')), [root, own, inner])
  assert.deepEqual(idsOf(await hierarchy(bob, root, 'suggested_only=true')), [root, own])
  const first = await hierarchy(bob, root, 'limit=2')
  assert.deepEqual(idsOf(first), [root, own])
  const again = `limit=2&from=${first.next_batch}`
  for (const round of [1, 2]) assert.deepEqual(idsOf(await hierarchy(bob, root, again)), [inner, open], `${round}`)
  assert.equal((await hierarchy(bob, root, `${again}&suggested_only=true`)).errcode, 'M_INVALID_PARAM')
  assert.equal((await hierarchy(bob, root, 'from=nonsense')).errcode, 'M_INVALID_PARAM')
  const stranger = await net.server(1).user('stranger')
  assert.deepEqual(idsOf(await hierarchy(stranger, root)), [root, inner, open])
  assert.equal((await hierarchy(stranger, own)).errcode, 'M_FORBIDDEN')
})

test('a room that is no space has no children, whatever its events say', async () => {
  const open = await alice.createRoom({ name: 'Open', preset: 'public_chat' })
  const room = await alice.createRoom({ name: 'No space', preset: 'public_chat', room_version: '11' })
  await adopt(alice, room, open, { via: ['hs1.test'] })
  for (const user of [alice, bob]) {
    const { rooms } = await hierarchy(user, room)
    assert.deepEqual(
      rooms.map(({ room_id: id, children_state: children }: { room_id: string; children_state: [] }) => [id, children]),
      [[room, []]],
    )
  }
})

test('a room that a user of another server is invited to is described to that server', async () => {
  const secret = await alice.createRoom({ name: 'Secret', invite: [bob.userId] })
  const outside = await alice.createRoom({ name: 'Outside' })
  const { peers } = net.server(1).services.federation
  const ask = (roomId: string) => peers.call('hs1.test', getSpaceHierarchy, { path: { roomId: roomId as RoomId } })
  assert.equal((await ask(secret)).room.name, 'Secret')
  await assert.rejects(ask(outside), { errcode: 'M_NOT_FOUND' })
})

test('of what another server suggests, what is not suggested is left out, though it should not have been said', async () => {
  await using remote = await RemoteServer.start(net, 'remote.test')
  const described = (name: string, more: object = {}) => ({
    ...{ room_id: `!${name}:remote.test`, join_rule: 'public', num_joined_members: 1 },
    ...{ world_readable: false, guest_can_join: false },
    ...more,
  })
  const child = (name: string, content: object) => ({
    ...{ type: 'm.space.child', state_key: `!${name}:remote.test`, sender: '@mallory:remote.test' },
    ...{ content: { via: ['remote.test'], ...content }, origin_server_ts: 1 },
  })
  const children_state = [child('one', { suggested: true }), child('other', {})]
  const room = described('space', { room_type: 'm.space', children_state })
  const children = [described('one'), described('other')]
  remote.answers.set('hierarchy', () => ({ body: { room, children, inaccessible_children: [] } }))
  assert.deepEqual(idsOf(await hierarchy(alice, '!space:remote.test', 'suggested_only=true')), [
    '!space:remote.test',
    '!one:remote.test',
  ])
})

test('spaces that contain each other are walked once', async () => {
  const [one, two] = [await space(alice, 'One'), await space(alice, 'Two')]
  await adopt(alice, one, two, { via: ['hs1.test'] })
  await adopt(alice, two, one, { via: ['hs1.test'] })
  assert.deepEqual(idsOf(await hierarchy(alice, one)), [one, two])
})

test('a room that lets in the members of another is shown to them', async () => {
  const club = await space(alice, 'Club')
  const restricted = await alice.createRoom({
    name: 'Members only',
    initial_state: [
      {
        type: 'm.room.join_rules',
        content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: club }] },
      },
    ],
  })
  await adopt(alice, club, restricted, { via: ['hs1.test'] })
  const outsider = await net.server(1).user('outsider')
  await bob.post(`/join/${encodeURIComponent(club)}?via=hs1.test`)
  assert.deepEqual(idsOf(await hierarchy(bob, club)), [club, restricted])
  assert.deepEqual(idsOf(await hierarchy(outsider, club)), [club])
  const summary = await api(bob, `/room_summary/${encodeURIComponent(restricted)}?via=hs1.test`)
  assert.equal(summary.body.name, 'Members only')
  assert.deepEqual(summary.body.allowed_room_ids, [club])
  assert.equal((await api(outsider, `/room_summary/${encodeURIComponent(restricted)}?via=hs1.test`)).status, 404)
})

test('a room of another server is summarised, by its id and by its alias', async () => {
  const roomId = await alice.createRoom({ name: 'Far', preset: 'public_chat', room_alias_name: 'far' })
  for (const path of [`${encodeURIComponent(roomId)}?via=hs1.test`, encodeURIComponent('#far:hs1.test')]) {
    const { status, body } = await api(bob, `/room_summary/${path}`)
    assert.equal(status, 200)
    assert.deepEqual([body.room_id, body.name, body.membership], [roomId, 'Far', 'leave'])
  }
  const secret = await alice.createRoom({ name: 'Secret' })
  assert.equal((await api(bob, `/room_summary/${encodeURIComponent(secret)}?via=hs1.test`)).status, 404)
})
