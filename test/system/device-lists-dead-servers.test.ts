// Device lists of many servers at once, half of which do not answer: those of the others come as if they were alone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { xMatrixHeader } from '@myelin/algorithms/x-matrix'
import { deviceListTimeoutMs } from '@myelin/server/limits'
import type { User } from './testing/api.ts'
import { eventually } from './testing/network.ts'
import { StandingClock } from './testing/standing-clock.ts'
import { SyntheticNetwork } from './testing/synthetic.ts'

const serversCount = 100

const clock = new StandingClock()
let net: SyntheticNetwork
let bob: User
const dead = new Set<string>()
/** Servers that gave a device list. */
const gave = new Set<string>()

before(async () => {
  const size = { members: serversCount, servers: serversCount }
  net = await SyntheticNetwork.create({ ...size, omitsMembers: false, environment: clock })
  bob = await net.server.user('bob')
  net.remote.instead = ({ name, verb, url, body }, response) => {
    if (verb !== 'user') return false
    if (dead.has(name)) return true // nothing is ever said
    if (!url.includes('/devices/')) {
      const { device_keys: asked } = JSON.parse(body) as { device_keys: Record<string, unknown> }
      response.end(JSON.stringify({ device_keys: Object.fromEntries(Object.keys(asked).map((id) => [id, {}])) }))
      return true
    }
    gave.add(name)
    const userId = decodeURIComponent(url.split('/').at(-1) ?? '')
    response.end(JSON.stringify({ user_id: userId, stream_id: 7, devices: [] }))
    return true
  }
})
after(async () => {
  await net[Symbol.asyncDispose]()
  clock[Symbol.dispose]()
})

/** The server says that a device of its user has changed, after a change that it never told of. */
async function changes(userId: string): Promise<void> {
  const origin = userId.slice(userId.indexOf(':') + 1)
  const key = net.room.keys.get(origin)
  assert.ok(key)
  const content = { user_id: userId, device_id: 'NEW', stream_id: 9, prev_id: [8] }
  const edu = JSON.stringify({ edu_type: 'm.device_list_update', content })
  const contentText = `{"edus":[${edu}],"origin":"${origin}","origin_server_ts":1,"pdus":[]}`
  const uri = `/_matrix/federation/v1/send/${crypto.randomUUID()}`
  const authorization = xMatrixHeader({ method: 'PUT', uri, origin, destination: 'joiner.test', contentText }, key)
  const headers = { authorization, 'content-type': 'application/json' }
  const { status } = await fetch(net.server.baseUrl + uri, { method: 'PUT', headers, body: contentText })
  assert.equal(status, 200)
}

test('half of a hundred servers do not answer, and the lists of the others are there all the same', async () => {
  const joined = await bob.call(`/join/${encodeURIComponent(net.room.roomId)}?via=s0.remote.test`, { body: {} })
  assert.equal(joined.status, 200)
  const userIds = net.room.members.map((text): string => JSON.parse(text).state_key)
  const device_keys = Object.fromEntries(userIds.map((userId) => [userId, []]))
  assert.deepEqual((await bob.post('/keys/query', { device_keys, timeout: 60_000 })).failures, {})
  const living: string[] = []
  for (const name of net.room.serverNames) if (dead.size < serversCount / 2) dead.add(name)
  for (const userId of userIds) if (!dead.has(userId.slice(userId.indexOf(':') + 1))) living.push(userId)
  for (const userId of userIds) if (!living.includes(userId)) await changes(userId)
  for (const userId of living) await changes(userId)
  // None of those that say nothing has been given up by then.
  const end = clock.ms + deviceListTimeoutMs - 1
  await eventually(async () => {
    clock.advance(Math.min(100, end - clock.ms))
    return gave.size >= living.length || undefined
  })
  assert.equal(gave.size, serversCount / 2)
})
