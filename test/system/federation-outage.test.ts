// A server that was away gets what it missed: a thousand events, over a restart of the server that sent them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { User } from './testing/api.ts'
import { eventually, Network, type NetworkServer } from './testing/network.ts'

/** The same session where the server is now: its port changes with every start. */
const again = (user: User, server: NetworkServer): User =>
  new User(server.baseUrl, { user_id: user.userId, access_token: user.token, device_id: user.deviceId })

test('a server that was away for a thousand events has them all once it is heard from', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  let alice = await one.user('alice')
  let bob = await two.user('bob')
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(roomId)}?via=${one.serverName}`)
  await two.stop()
  for (let n = 0; n < 500; n++) await alice.say(roomId, `event ${n}`)
  await one.stop()
  await one.start()
  alice = again(alice, one)
  for (let n = 500; n < 1000; n++) await alice.say(roomId, `event ${n}`)
  await two.start()
  bob = again(bob, two)
  await bob.say(roomId, 'back')
  const heard = await eventually(async () => {
    const bodies = (await bob.history(roomId)).map(({ content }) => String(content.body))
    return bodies.includes('event 999') && bodies.includes('event 0') ? bodies : undefined
  })
  const expected = Array.from({ length: 1000 }, (_, n) => `event ${n}`)
  assert.deepEqual(
    heard.filter((body) => body.startsWith('event ')),
    expected,
  )
  await eventually(async () => (await alice.history(roomId)).find(({ content }) => content.body === 'back'))
})
