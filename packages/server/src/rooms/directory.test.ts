// Aliases, the published directory, summaries and upgrades.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestRooms, say, type TestEvent, timelineOf } from './testing/open-rooms.ts'

test('an alias belongs to who set it, and the canonical alias names only aliases of the room', async () => {
  await using net = await openTestRooms()
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const { rooms } = net
  const roomId = await rooms.create({ by: alice, request: { preset: 'public_chat' } })
  const alias = '#one:example.org'
  await assert.rejects(rooms.setAlias(alias, { by: bob, roomId }), { errcode: 'M_FORBIDDEN' })
  await rooms.setAlias(alias, { by: alice, roomId })
  await assert.rejects(rooms.setAlias(alias, { by: alice, roomId }), { status: 409 })
  await assert.rejects(rooms.setAlias('#one:elsewhere.org', { by: alice, roomId }), { errcode: 'M_INVALID_PARAM' })
  assert.deepEqual(await rooms.localAliases(roomId, { by: alice }), [alias])
  const canonical = (content: Record<string, unknown>) =>
    rooms.sendState(roomId, { by: alice, type: 'm.room.canonical_alias', stateKey: '', content })
  await assert.rejects(canonical({ alias: '#two:example.org' }), { errcode: 'M_BAD_ALIAS' })
  await assert.rejects(canonical({ alias: 'nonsense' }), { errcode: 'M_INVALID_PARAM' })
  await canonical({ alias })
  await assert.rejects(rooms.deleteAlias(alias, { by: bob }), { errcode: 'M_FORBIDDEN' })
  await rooms.deleteAlias(alias, { by: alice })
  await assert.rejects(rooms.resolveAlias(alias), { errcode: 'M_NOT_FOUND' })
  const left = await rooms.stateEvent(roomId, { by: alice, type: 'm.room.canonical_alias', stateKey: '' })
  assert.deepEqual(JSON.parse(left), {})
})

interface Listing {
  readonly chunk: readonly { readonly room_id: string; readonly name?: string; readonly num_joined_members: number }[]
  readonly next_batch?: string
  readonly prev_batch?: string
  readonly total_room_count_estimate: number
}

const sizes = ({ chunk }: Listing) => chunk.map((room) => room.num_joined_members)

test('the directory lists published rooms, larger ones first, page by page, and follows what changes', async () => {
  await using net = await openTestRooms()
  const { rooms } = net
  const people = await Promise.all(Array.from({ length: 5 }, (_, i) => net.user(`u${i}`)))
  const [alice = await net.user('x')] = people
  for (let size = 1; size <= 5; size++) {
    const request = { visibility: 'public', name: `Room of ${size}` } as const
    const roomId = await rooms.create({ by: alice, request })
    for (const person of people.slice(1, size)) await rooms.join(roomId, { by: person })
  }
  await rooms.create({ by: alice, request: { name: 'hidden' } })
  const list = async (query = {}) => JSON.parse(await rooms.publicRooms(query)) as Listing
  assert.deepEqual(sizes(await list()), [5, 4, 3, 2, 1])
  const first = await list({ limit: 2 })
  assert.deepEqual([sizes(first), first.total_room_count_estimate, first.prev_batch], [[5, 4], 5, undefined])
  const second = await list({ limit: 2, since: first.next_batch })
  assert.deepEqual(sizes(second), [3, 2])
  const last = await list({ limit: 2, since: second.next_batch })
  assert.deepEqual([sizes(last), last.next_batch], [[1], undefined])
  assert.deepEqual(sizes(await list({ limit: 2, since: second.prev_batch })), [5, 4])
  assert.deepEqual(sizes(await list({ searchTerm: 'OF 3' })), [3])
  assert.deepEqual(sizes(await list({ roomTypes: ['m.space'] })), [])
  const largest = (await list()).chunk[0]?.room_id ?? ''
  await rooms.setDirectoryVisibility(largest, { by: alice, visibility: 'private' })
  assert.deepEqual(sizes(await list()), [4, 3, 2, 1])
  await assert.rejects(list({ since: 'x' }), { errcode: 'M_INVALID_PARAM' })
  await assert.rejects(list({ server: 'elsewhere.org' }), { errcode: 'M_NOT_FOUND' })
})

test('a summary is for those who may know of the room', async () => {
  await using net = await openTestRooms()
  const { rooms } = net
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const open = await rooms.create({ by: alice, request: { preset: 'public_chat', name: 'Open' } })
  const closed = await rooms.create({ by: alice, request: {} })
  const found = await rooms.summary(open, { by: undefined })
  assert.deepEqual(
    [found.name, found.join_rule, found.num_joined_members, found.room_version, found.membership],
    ['Open', 'public', 1, '12', undefined],
  )
  assert.equal((await rooms.summary(open, { by: bob })).membership, 'leave')
  await assert.rejects(rooms.summary(closed, { by: bob }), { errcode: 'M_NOT_FOUND' })
  assert.equal((await rooms.summary(closed, { by: alice })).membership, 'join')
  const allow = [{ type: 'm.room_membership', room_id: open }]
  const rule = { type: 'm.room.join_rules', content: { join_rule: 'restricted', allow } }
  const inner = await rooms.create({ by: alice, request: { initial_state: [rule] } })
  await assert.rejects(rooms.summary(inner, { by: bob }), { errcode: 'M_NOT_FOUND' })
  await rooms.join(open, { by: bob })
  assert.deepEqual((await rooms.summary(inner, { by: bob })).allowed_room_ids, [open])
})

test('an upgrade takes along state, bans, aliases and the directory entry, and closes the old room', async () => {
  await using net = await openTestRooms()
  const { rooms } = net
  const [alice, bob, carol] = [await net.user('alice'), await net.user('bob'), await net.user('carol')]
  const request = { visibility: 'public', room_version: '11', name: 'Old', room_alias_name: 'here' } as const
  const old = await rooms.create({ by: alice, request })
  await rooms.join(old, { by: bob })
  await rooms.ban(old, { by: alice, target: carol.userId })
  await assert.rejects(rooms.upgrade(old, { by: bob, version: '12' }), { errcode: 'M_FORBIDDEN' })
  await assert.rejects(rooms.upgrade(old, { by: alice, version: '1' }), { errcode: 'M_UNSUPPORTED_ROOM_VERSION' })
  const next = await rooms.upgrade(old, { by: alice, version: '12' })
  const read = async (roomId: string, type: string) =>
    JSON.parse(await rooms.stateEvent(roomId, { by: alice, type, stateKey: '' }))
  assert.equal((await read(old, 'm.room.tombstone')).replacement_room, next)
  assert.equal((await read(next, 'm.room.create')).predecessor.room_id, old)
  assert.equal((await read(next, 'm.room.name')).name, 'Old')
  assert.equal((await rooms.resolveAlias('#here:example.org')).roomId, next)
  assert.deepEqual([await rooms.directoryVisibility(old), await rooms.directoryVisibility(next)], ['private', 'public'])
  await assert.rejects(say(rooms, old, { by: bob, body: 'still here' }), { errcode: 'M_FORBIDDEN' })
  await assert.rejects(rooms.join(next, { by: carol }), { errcode: 'M_FORBIDDEN' })
  await rooms.join(next, { by: bob })
  const power = (await timelineOf(rooms, next, alice)).find((event: TestEvent) => event.type === 'm.room.power_levels')
  assert.deepEqual(power?.content['users'], {})
  for (const version of ['10', '11', '12']) await rooms.upgrade(next, { by: alice, version })
})

test('creators keep their power in a version that does not privilege them', async () => {
  await using net = await openTestRooms()
  const { rooms } = net
  const alice = await net.user('alice')
  const old = await rooms.create({ by: alice, request: { room_version: '12' } })
  const next = await rooms.upgrade(old, { by: alice, version: '11' })
  const levels = JSON.parse(await rooms.stateEvent(next, { by: alice, type: 'm.room.power_levels', stateKey: '' }))
  assert.deepEqual(levels.users, { [alice.userId]: 150 }, 'as much as the tombstone needs')
  await rooms.upgrade(next, { by: alice, version: '12' })
})
