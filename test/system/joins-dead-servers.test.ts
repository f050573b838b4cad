// A room of many servers, half of which give no keys: whoever joins it does not wait for them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyFetchTimeoutMs, keyHoldsUpMs } from '@myelin/server/federation-limits'
import { eventually } from './testing/network.ts'
import { StandingClock } from './testing/standing-clock.ts'
import { SyntheticNetwork } from './testing/synthetic.ts'

const serversCount = 120

test('a join does not wait for the keys of servers that are dead, and has their members once they give them', async () => {
  using clock = new StandingClock()
  const size = { members: 600, servers: serversCount }
  await using net = await SyntheticNetwork.create({ ...size, omitsMembers: false, environment: clock })
  const bob = await net.server.user('bob')
  const { promise: alive, resolve: revive } = Promise.withResolvers<boolean>()
  const isDead = (name: string) => net.room.serverNames.indexOf(name) >= serversCount / 2
  net.remote.instead = ({ name, url }) => url.startsWith('/_matrix/key') && isDead(name) && alive
  let isJoined = false
  const joining = bob
    .call(`/join/${encodeURIComponent(net.room.roomId)}?via=s0.remote.test`, { body: {} })
    .finally(() => (isJoined = true))
  // As long as a server has to answer, less a moment.
  const end = clock.ms + keyFetchTimeoutMs - 1
  await eventually(async () => {
    clock.advance(Math.min(100, end - clock.ms))
    return isJoined || undefined
  })
  const joined = await joining
  assert.equal(joined.status, 200, JSON.stringify(joined.body))
  await bob.say(net.room.roomId, 'here already')
  revive(false)
  const path = `/rooms/${encodeURIComponent(net.room.roomId)}/members?membership=join`
  let isWhole = false
  const members = bob.get(path).finally(() => (isWhole = true))
  await eventually(async () => {
    clock.advance(100)
    return isWhole || undefined
  })
  assert.equal((await members).chunk.length, net.room.members.length + 1)
})

test('a member whose server gives its key once it is waited for no longer, while another still is, is in the room', async () => {
  using clock = new StandingClock()
  await using net = await SyntheticNetwork.create({ members: 12, omitsMembers: false, environment: clock })
  const bob = await net.server.user('bob')
  const [, first = '', second = ''] = net.room.serverNames
  const asked = new Set<string>()
  const given = new Map([first, second].map((name) => [name, Promise.withResolvers<boolean>()]))
  const gives = (name: string) => given.get(name)?.resolve(false)
  net.remote.instead = ({ name, url }) => {
    const answer = url.startsWith('/_matrix/key') ? given.get(name)?.promise : undefined
    if (answer) asked.add(name)
    return answer ?? false
  }
  // It is looked for a while before the other.
  const key = net.server.services.federation.keyring.key(first, 'ed25519:a', clock.ms)
  await eventually(async () => asked.has(first) || undefined)
  clock.advance(1_000)
  const path = `/rooms/${encodeURIComponent(net.room.roomId)}`
  const joining = bob.call(`/join/${encodeURIComponent(net.room.roomId)}?via=s0.remote.test`, { body: {} })
  await eventually(async () => asked.has(second) || undefined)
  clock.advance(keyHoldsUpMs - 1_000)
  gives(first)
  assert.ok(await key)
  gives(second)
  assert.equal((await joining).status, 200)
  const { chunk } = await bob.get(`${path}/members?membership=join`)
  assert.equal(chunk.length, net.room.members.length + 1)
})
