// A room of many servers, half of which give no keys: whoever joins it does not wait for them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './testing/network.ts'
import { SyntheticNetwork } from './testing/synthetic.ts'

const serversCount = 120

test('a join does not wait for the keys of servers that are dead, and has their members once they give them', async () => {
  await using net = await SyntheticNetwork.create({ members: 600, servers: serversCount, omitsMembers: false })
  const bob = await net.server.user('bob')
  const { promise: alive, resolve: revive } = Promise.withResolvers<boolean>()
  const isDead = (name: string) => net.room.serverNames.indexOf(name) >= serversCount / 2
  const givenUp = new Set<string>()
  net.remote.instead = ({ name, url }, response) => {
    if (!url.startsWith('/_matrix/key') || !isDead(name)) return false
    response.on('close', () => response.writableFinished || givenUp.add(name))
    return alive
  }
  const joined = await bob.call(`/join/${encodeURIComponent(net.room.roomId)}?via=s0.remote.test`, { body: {} })
  assert.equal(joined.status, 200, JSON.stringify(joined.body))
  assert.ok(givenUp.size < serversCount / 2, 'some of them were still being asked')
  await bob.say(net.room.roomId, 'here already')
  revive(false)
  const path = `/rooms/${encodeURIComponent(net.room.roomId)}/members?membership=join`
  const whole = async () => ((await bob.get(path)).chunk.length === net.room.members.length + 1 ? true : undefined)
  assert.ok(await eventually(whole, 60_000))
})
