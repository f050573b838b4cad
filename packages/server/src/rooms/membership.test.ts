// Joining, leaving, inviting, removing, banning, knocking, forgetting.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor } from './context.ts'
import type { CreateRoomRequest } from './initial-state.ts'
import { bodiesOf, openTestRooms, say, type TestRooms } from './testing/open-rooms.ts'

interface Scene extends TestRooms {
  readonly alice: Actor
  readonly bob: Actor
  readonly roomId: string
  membershipOf(user: Actor): Promise<unknown>
}

/** Alice's room, and Bob. */
async function openScene(request: CreateRoomRequest = {}): Promise<Scene> {
  const net = await openTestRooms()
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const roomId = await net.rooms.create({ by: alice, request })
  const membershipOf = async (user: Actor) => (await net.rooms.byId(roomId))?.membership(user.userNid)
  return { ...net, alice, bob, roomId, membershipOf, [Symbol.asyncDispose]: () => net[Symbol.asyncDispose]() }
}

test('a private room is for the invited', async () => {
  await using scene = await openScene()
  const { rooms, roomId, alice, bob } = scene
  await assert.rejects(rooms.join(roomId, { by: bob }), { errcode: 'M_FORBIDDEN' })
  const stranger = '@carol:elsewhere.org'
  await assert.rejects(rooms.invite(roomId, { by: alice, target: stranger }), { errcode: 'M_FORBIDDEN' })
  const member = { by: alice, type: 'm.room.member', stateKey: stranger, content: { membership: 'invite' } }
  await assert.rejects(rooms.sendState(roomId, member), { errcode: 'M_FORBIDDEN' })
  await rooms.invite(roomId, { by: alice, target: bob.userId })
  assert.equal(await scene.membershipOf(bob), 'invite')
  assert.equal(await rooms.join(roomId, { by: bob }), roomId)
  assert.equal(await scene.membershipOf(bob), 'join')
  await assert.rejects(rooms.invite(roomId, { by: alice, target: bob.userId }), { errcode: 'M_FORBIDDEN' })
  assert.deepEqual(await rooms.joinedRooms({ by: bob }), [roomId])
})

test('joining twice changes nothing, leaving twice neither', async () => {
  await using scene = await openScene({ preset: 'public_chat' })
  const { rooms, roomId, bob } = scene
  const start = scene.store.durablePosition
  await Promise.all([rooms.join(roomId, { by: bob }), rooms.join(roomId, { by: bob })])
  const joined = scene.store.durablePosition
  assert.equal(joined, start + 1)
  await rooms.join(roomId, { by: bob })
  assert.equal(scene.store.durablePosition, joined)
  await rooms.leave(roomId, { by: bob, reason: 'tired' })
  const left = scene.store.durablePosition
  await rooms.leave(roomId, { by: bob })
  assert.equal(scene.store.durablePosition, left)
})

test("membership can be set as state, one's own from outside", async () => {
  await using scene = await openScene({ preset: 'public_chat' })
  const { rooms, roomId, alice, bob } = scene
  const set = (by: Actor, target: Actor, membership: string) =>
    rooms.sendState(roomId, { by, type: 'm.room.member', stateKey: target.userId, content: { membership } })
  await assert.rejects(set(alice, bob, 'join'), { errcode: 'M_FORBIDDEN' })
  await set(bob, bob, 'join')
  assert.equal(await scene.membershipOf(bob), 'join')
  await set(alice, bob, 'ban')
  await assert.rejects(set(bob, bob, 'join'), { errcode: 'M_FORBIDDEN' })
  await assert.rejects(set(alice, bob, 'nonsense'), { errcode: 'M_FORBIDDEN' })
})

test('an invite can be declined, and a stranger cannot leave', async () => {
  await using scene = await openScene()
  const { rooms, roomId, alice, bob } = scene
  await assert.rejects(rooms.leave(roomId, { by: bob }), { errcode: 'M_FORBIDDEN' })
  await rooms.invite(roomId, { by: alice, target: bob.userId })
  await rooms.leave(roomId, { by: bob })
  assert.equal(await scene.membershipOf(bob), 'leave')
})

test('the banned stay out until the ban is lifted', async () => {
  await using scene = await openScene({ preset: 'public_chat' })
  const { rooms, roomId, alice, bob } = scene
  await rooms.join(roomId, { by: bob })
  await assert.rejects(rooms.ban(roomId, { by: bob, target: alice.userId }), { errcode: 'M_FORBIDDEN' })
  await rooms.ban(roomId, { by: alice, target: bob.userId, reason: 'noise' })
  await assert.rejects(rooms.join(roomId, { by: bob }), { errcode: 'M_FORBIDDEN' })
  await assert.rejects(rooms.kick(roomId, { by: alice, target: bob.userId }), { errcode: 'M_FORBIDDEN' })
  await rooms.unban(roomId, { by: alice, target: bob.userId })
  await assert.rejects(rooms.unban(roomId, { by: alice, target: bob.userId }), { errcode: 'M_FORBIDDEN' })
  await rooms.join(roomId, { by: bob })
  assert.equal(await scene.membershipOf(bob), 'join')
})

test('a member can be removed, a stranger cannot, an equal neither', async () => {
  await using scene = await openScene({ preset: 'public_chat' })
  const { rooms, roomId, alice, bob } = scene
  await assert.rejects(rooms.kick(roomId, { by: alice, target: bob.userId }), { errcode: 'M_FORBIDDEN' })
  await rooms.join(roomId, { by: bob })
  await assert.rejects(rooms.kick(roomId, { by: bob, target: alice.userId }), { errcode: 'M_FORBIDDEN' })
  await rooms.kick(roomId, { by: alice, target: bob.userId, reason: 'over' })
  assert.equal(await scene.membershipOf(bob), 'leave')
})

test('who knocks may be let in', async () => {
  await using scene = await openScene({
    initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
  })
  const { rooms, roomId, alice, bob } = scene
  await rooms.knock(roomId, { by: bob, reason: 'please' })
  assert.equal(await scene.membershipOf(bob), 'knock')
  await assert.rejects(rooms.join(roomId, { by: bob }), { errcode: 'M_FORBIDDEN' })
  await rooms.invite(roomId, { by: alice, target: bob.userId })
  await rooms.join(roomId, { by: bob })
})

test('a restricted room lets in members of the room it names', async () => {
  await using scene = await openScene({ preset: 'public_chat' })
  const { rooms, roomId, alice, bob } = scene
  const allow = [{ type: 'm.room_membership', room_id: roomId }]
  const request = {
    initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'restricted', allow } }],
  }
  const inner = await rooms.create({ by: alice, request })
  await assert.rejects(rooms.join(inner, { by: bob }), { errcode: 'M_FORBIDDEN' })
  await rooms.join(roomId, { by: bob })
  await rooms.join(inner, { by: bob })
  const member = JSON.parse(await rooms.stateEvent(inner, { by: bob, type: 'm.room.member', stateKey: bob.userId }))
  assert.equal(member.join_authorised_via_users_server, alice.userId)
})

test('a room can be forgotten once it is left, and is then out of reach', async () => {
  await using scene = await openScene({ preset: 'public_chat' })
  const { rooms, roomId, alice, bob } = scene
  await rooms.join(roomId, { by: bob })
  await say(rooms, roomId, { by: alice, body: 'kept' })
  await assert.rejects(rooms.forget(roomId, { by: bob }), { errcode: 'M_UNKNOWN', status: 400 })
  await rooms.leave(roomId, { by: bob })
  assert.deepEqual(await bodiesOf(rooms, roomId, bob), ['kept'])
  await rooms.forget(roomId, { by: bob })
  await assert.rejects(bodiesOf(rooms, roomId, bob), { errcode: 'M_FORBIDDEN' })
  await rooms.join(roomId, { by: bob })
  assert.deepEqual(await bodiesOf(rooms, roomId, bob), ['kept'])
})

test('unknown rooms and aliases are not found, and rooms of other servers are out of reach', async () => {
  await using scene = await openScene()
  const { rooms, bob } = scene
  await assert.rejects(rooms.join('!nowhere:elsewhere.org', { by: bob }), { errcode: 'M_NOT_FOUND', status: 404 })
  await assert.rejects(rooms.join('#nothing:example.org', { by: bob }), { errcode: 'M_NOT_FOUND' })
  await assert.rejects(rooms.join('#room:elsewhere.org', { by: bob }), { errcode: 'M_NOT_FOUND' })
})

test('a profile reaches the member events, and again when it changes', async () => {
  let displayname: string | undefined = 'Bob'
  const net = await openTestRooms({ hooks: { profile: async () => ({ displayname }) } })
  await using _ = net
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const roomId = await net.rooms.create({ by: alice, request: { preset: 'public_chat' } })
  await net.rooms.join(roomId, { by: bob })
  const shown = async () => (await net.rooms.joinedMembers(roomId, { by: alice }))[bob.userId]
  assert.deepEqual(await shown(), { display_name: 'Bob' })
  displayname = 'Robert'
  await net.rooms.updateProfile(bob)
  assert.deepEqual(await shown(), { display_name: 'Robert' })
  const position = net.store.durablePosition
  await net.rooms.updateProfile(bob)
  assert.equal(net.store.durablePosition, position)
})
