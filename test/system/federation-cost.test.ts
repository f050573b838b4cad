// What a transaction of another server costs the store, whoever's events it brings.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { User } from './testing/api.ts'
import { beside } from './testing/beside.ts'
import { type Network } from './testing/network.ts'
import { type RemoteServer, type RemoteRoom } from './testing/remote-server.ts'

let net: Network
let alice: User
let remote: RemoteServer

beside(['many.test'], (opened) => ({ net, alice, remote } = opened))

/** A room with so many users of the other server in it, of which this server holds no more than it does after a start. */
async function coldRoomOf(count: number): Promise<{ readonly room: RemoteRoom; readonly users: readonly string[] }> {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const room = await remote.join(net.server(0), roomId)
  const users = Array.from({ length: count }, (_, index) => `@u${index}:many.test`)
  const join = (user: string) =>
    room.next({ type: 'm.room.member', sender: user, state_key: user, content: { membership: 'join' } })
  await room.send(...users.map(join))
  const { rooms } = net.server(0).services
  rooms.context.hotRooms.forgetAll()
  await rooms.byId(roomId)
  return { room, users }
}

/** What the store does for a transaction with a message of each of these users. */
async function costOf(room: RemoteRoom, users: readonly string[]) {
  const { store } = net.server(0).services.rooms.context
  const earlier = store.statistics()
  const results = await room.send(...users.map((sender) => room.next({ sender })))
  assert.deepEqual(
    Object.values(results),
    users.map(() => ({})),
  )
  const { reads, commits } = store.statistics()
  return { reads: reads - earlier.reads, commits: commits - earlier.commits }
}

test('a transaction reads no more often for events of many users than for those of one', async () => {
  const { room, users } = await coldRoomOf(20)
  const one = await costOf(room, users.slice(0, 1))
  const many = await costOf(room, users.slice(1))
  assert.equal(many.reads, one.reads)
})

test('a transaction and its answer are written in one commit', async () => {
  const { room, users } = await coldRoomOf(2)
  assert.equal((await costOf(room, users)).commits, 1)
})
