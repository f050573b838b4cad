// Creating rooms: the order of their events, presets, versions, and what is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestRooms, serverName, timelineOf } from './testing/open-rooms.ts'

test('the events of a new room come in the order of the specification', async () => {
  await using net = await openTestRooms()
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const roomId = await net.rooms.create({
    by: alice,
    request: {
      preset: 'public_chat',
      room_alias_name: 'tea',
      name: 'Tea',
      topic: 'Leaves',
      initial_state: [
        { type: 'org.example', content: { a: 1 } },
        { type: 'm.room.name', content: { name: 'overruled' } },
        { type: 'm.room.history_visibility', content: { history_visibility: 'joined' } },
      ],
      invite: [bob.userId],
      is_direct: true,
    },
  })
  const events = await timelineOf(net.rooms, roomId, alice)
  assert.deepEqual(
    events.map(({ type }) => type),
    [
      'm.room.create',
      'm.room.member',
      'm.room.power_levels',
      'm.room.canonical_alias',
      'm.room.join_rules',
      'm.room.guest_access',
      'org.example',
      'm.room.history_visibility',
      'm.room.name',
      'm.room.topic',
      'm.room.member',
    ],
  )
  const content = (type: string) => events.find((event) => event.type === type)?.content
  assert.equal(content('m.room.canonical_alias')?.['alias'], `#tea:${serverName}`)
  assert.equal(content('m.room.name')?.['name'], 'Tea')
  assert.deepEqual(content('m.room.join_rules'), { join_rule: 'public' })
  assert.deepEqual(content('m.room.guest_access'), { guest_access: 'forbidden' })
  assert.deepEqual(events.at(-1)?.content, { membership: 'invite', is_direct: true })
  assert.deepEqual(await net.rooms.resolveAlias(`#tea:${serverName}`), { roomId, servers: [serverName] })
})

for (const version of ['10', '11', '12'])
  test(`room version ${version} can be created and talked in`, async () => {
    await using net = await openTestRooms()
    const alice = await net.user('alice')
    const bob = await net.user('bob')
    const request = { room_version: version, preset: 'trusted_private_chat', invite: [bob.userId] } as const
    const roomId = await net.rooms.create({ by: alice, request })
    await net.rooms.join(roomId, { by: bob })
    // Everyone in a trusted private chat has the power of its creator.
    await net.rooms.sendState(roomId, { by: bob, type: 'm.room.name', stateKey: '', content: { name: 'by Bob' } })
    const create = JSON.parse(await net.rooms.stateEvent(roomId, { by: bob, type: 'm.room.create', stateKey: '' }))
    assert.equal(create.room_version, version)
    assert.equal(create.creator, version === '10' ? alice.userId : undefined)
    assert.deepEqual(create.additional_creators, version === '12' ? [bob.userId] : undefined)
    const power = JSON.parse(await net.rooms.stateEvent(roomId, { by: bob, type: 'm.room.power_levels', stateKey: '' }))
    assert.deepEqual(power.users, version === '12' ? {} : { [alice.userId]: 100, [bob.userId]: 100 })
    assert.match(roomId, version === '12' ? /^![A-Za-z0-9_-]{43}$/ : /^![A-Za-z]{18}:example\.org$/)
  })

test('the default is version 12, private, visible to members', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  const events = await timelineOf(net.rooms, roomId, alice)
  assert.equal(events[0]?.content['room_version'], '12')
  assert.equal(events.find(({ type }) => type === 'm.room.join_rules')?.content['join_rule'], 'invite')
  assert.equal(await net.rooms.directoryVisibility(roomId), 'private')
})

test('what contradicts itself is refused and leaves nothing behind', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const create = (request: Parameters<typeof net.rooms.create>[0]['request']) =>
    net.rooms.create({ by: alice, request })
  await assert.rejects(create({ room_version: '1' }), { errcode: 'M_UNSUPPORTED_ROOM_VERSION', status: 400 })
  await assert.rejects(create({ room_version: 'nonsense' }), { errcode: 'M_UNSUPPORTED_ROOM_VERSION' })
  await assert.rejects(create({ invite: ['@somebody:elsewhere.org'] }), { errcode: 'M_FORBIDDEN' })
  await assert.rejects(create({ invite_3pid: [{}] }), { errcode: 'M_THREEPID_DENIED' })
  await assert.rejects(create({ initial_state: [{ type: 'm.room.member', content: {} }] }), {
    errcode: 'M_INVALID_ROOM_STATE',
  })
  const powerless = { room_version: '11', power_level_content_override: { users: { [alice.userId]: 0 } } }
  await assert.rejects(create({ ...powerless, room_alias_name: 'free' }), { errcode: 'M_INVALID_ROOM_STATE' })
  await assert.rejects(create({ initial_state: [{ type: 'a', content: { float: 0.5 } }] }), { errcode: 'M_BAD_JSON' })
  assert.equal(net.store.durablePosition, 0)
  assert.deepEqual(await net.rooms.joinedRooms({ by: alice }), [])
  await create({ room_alias_name: 'free' })
})

test('of many who want the same alias one gets it', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const tries = Array.from({ length: 8 }, () => net.rooms.create({ by: alice, request: { room_alias_name: 'one' } }))
  const results = await Promise.allSettled(tries)
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const result of results) if (result.status === 'rejected') assert.equal(result.reason.errcode, 'M_ROOM_IN_USE')
})
