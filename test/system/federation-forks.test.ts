// A room whose servers were apart for a while, each half going its own way: afterwards all agree.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { User } from './testing/api.ts'
import { eventually, Network, type NetworkServer } from './testing/network.ts'

/** The same session where the server is now: its port changes with every start. */
const again = (user: User, server: NetworkServer): User =>
  new User(server.baseUrl, { user_id: user.userId, access_token: user.token, device_id: user.deviceId })

interface StateEvent {
  readonly type: string
  readonly state_key: string
  readonly event_id: string
}

async function stateOf(user: User, roomId: string): Promise<string> {
  const state = (await user.get(`/rooms/${encodeURIComponent(roomId)}/state`)) as unknown as StateEvent[]
  return state
    .map((event) => `${event.type} ${event.state_key} ${event.event_id}`)
    .toSorted()
    .join('\n')
}

async function said(user: User, roomId: string): Promise<string> {
  const bodies = (await user.history(roomId)).flatMap(({ content }) => content.body ?? []).map(String)
  return bodies
    .filter((body) => body !== ofTheBanned)
    .toSorted()
    .join('\n')
}

/** Soft-failed where the ban was known: the one thing that servers may show differently. */
const ofTheBanned = 'not banned here'

test('four servers that were split in two agree on state and messages once they are together again', async () => {
  await using net = await Network.create(4)
  const users: User[] = []
  for (const [n, server] of net.servers.entries()) users.push(await server.user(`user${n + 1}`))
  const [first] = users as [User]
  const levels = Object.fromEntries(users.slice(1).map(({ userId }) => [userId, 50]))
  const roomId = await first.createRoom({ preset: 'public_chat', power_level_content_override: { users: levels } })
  const path = `/rooms/${encodeURIComponent(roomId)}`
  for (const user of users.slice(1)) await user.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
  const guest = await net.server(2).user('guest')
  await guest.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
  const agree = (from = 0, end = users.length) =>
    eventually(async () => {
      const views = await Promise.all(
        users.slice(from, end).map(async (user) => `${await stateOf(user, roomId)}\n${await said(user, roomId)}`),
      )
      return new Set(views).size === 1 ? views[0] : undefined
    })
  const shows = async (user: User) => (await user.history(roomId)).some(({ content }) => content.body === ofTheBanned)
  await agree()
  const stop = (...numbers: number[]) => Promise.all(numbers.map((n) => net.server(n).stop()))
  const start = (...numbers: number[]) =>
    Promise.all(
      numbers.map(async (n) => {
        await net.server(n).start()
        users[n] = again(users[n]!, net.server(n))
      }),
    )

  await stop(2, 3)
  await users[0]!.put(`${path}/state/m.room.topic`, { topic: 'of the first half' })
  await users[1]!.post(`${path}/ban`, { user_id: guest.userId })
  for (let n = 0; n < 5; n++)
    for (const user of users.slice(0, 2)) await user.say(roomId, `first half ${user.userId} ${n}`)
  await agree(0, 2)
  await stop(0, 1)
  await start(2, 3)
  await users[2]!.put(`${path}/state/m.room.topic`, { topic: 'of the second half' })
  await users[3]!.put(`${path}/state/m.room.name`, { name: 'Split' })
  await again(guest, net.server(2)).say(roomId, ofTheBanned)
  for (let n = 0; n < 5; n++)
    for (const user of users.slice(2)) await user.say(roomId, `second half ${user.userId} ${n}`)
  await agree(2, 4)
  await eventually(async () => (await shows(users[3]!)) || undefined)
  await start(0, 1)
  for (const user of users) await user.say(roomId, `together ${user.userId}`)

  const view = await agree()
  const bodies = view.split('\n').filter((line) => /^(first half|second half|together) /.test(line))
  assert.equal(bodies.length, 24)
  assert.deepEqual(await Promise.all(users.map(shows)), [false, false, true, true])
  const name = (await users[0]!.get(`${path}/state/m.room.name`)) as { name?: string }
  assert.equal(name.name, 'Split')
  const membership = (await users[3]!.get(`${path}/state/m.room.member/${encodeURIComponent(guest.userId)}`)) as {
    membership?: string
  }
  assert.equal(membership.membership, 'ban')
})
