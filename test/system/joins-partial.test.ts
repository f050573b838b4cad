// Rooms that a server joins without their members: in use at once, whole a little later.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { User } from './testing/api.ts'
import { eventually, Network, type NetworkServer } from './testing/network.ts'

let net: Network
let alice: User
let bob: User
before(async () => {
  net = await Network.create(3)
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
})
after(() => net[Symbol.asyncDispose]())

const path = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`

/** Lets many users of a server into a room, without accounts. */
async function crowd(server: NetworkServer, roomId: string, count: number): Promise<void> {
  const { rooms } = server.services
  const { users } = rooms.context
  for (let index = 0; index < count; index++) {
    const userId = `@member${index}:${server.serverName}`
    await rooms.join(roomId, { by: { userId, userNid: await users.intern(userId) } })
  }
}

async function stateOf(user: User, roomId: string): Promise<Record<string, string>> {
  const events = await user.get(`${path(roomId)}/state`)
  const entries = events.map((event: { type: string; state_key: string; event_id: string }) => [
    `${event.type} ${event.state_key}`,
    event.event_id,
  ])
  return Object.fromEntries(entries.toSorted())
}

const hears = (user: User, roomId: string, body: string) =>
  eventually(async () => (await user.history(roomId)).find((event) => event.content.body === body))

const isPartial = async (server: NetworkServer, roomId: string) =>
  (await server.services.rooms.byId(roomId))?.partial !== undefined

for (const version of ['10', '12'])
  test(`a big room of version ${version} is joined without its members, which come behind`, async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat', room_version: version, name: 'Crowded' })
    await crowd(net.server(0), roomId, 60)
    const { next_batch: since } = await bob.sync()
    await bob.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
    const late = await net.server(1).services.rooms.byId(roomId)
    assert.ok(late && (late.partial || late.completedAt > 0), 'the room came without its members')
    await bob.say(roomId, 'here I am')
    await hears(alice, roomId, 'here I am')
    await alice.say(roomId, 'welcome')
    await hears(bob, roomId, 'welcome')
    const { chunk } = await bob.get(`${path(roomId)}/members`)
    assert.equal(chunk.length, 62)
    assert.equal(await isPartial(net.server(1), roomId), false)
    assert.deepEqual(await stateOf(bob, roomId), await stateOf(alice, roomId))
    const { rooms } = await bob.sync({ since })
    const joined = rooms.join[roomId]
    assert.equal(joined.summary['m.joined_member_count'], 62)
    // Another server comes in through the one that came without members.
    const carol = await net.server(2).user(`carol${version}`)
    await carol.post(`/join/${encodeURIComponent(roomId)}?via=hs2.test`)
    await carol.say(roomId, 'me too')
    await hears(alice, roomId, 'me too')
    assert.equal((await carol.get(`${path(roomId)}/members`)).chunk.length, 63)
    assert.deepEqual(await stateOf(carol, roomId), await stateOf(alice, roomId))
  })
