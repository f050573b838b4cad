// A server that is killed while it joins a room: whenever that is, its user is in the room after the next start, and the
// room is whole.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { SyntheticRemote } from '../../bench/federation/synthetic-remote.ts'
import { syntheticRoom } from '../../bench/federation/synthetic-room.ts'
import { User } from './testing/api.ts'
import { eventually } from './testing/network.ts'
import { ServerProcess } from './testing/server.ts'

const serverNames = ['s0.remote.test', 's1.remote.test', 's2.remote.test']
const room = syntheticRoom({ members: 500, serverNames, events: 1000 })
const { facts, members, chainOfFacts, chainOfMembers } = room

/** The beginning of an answer with members, after which nothing comes. */
function stall(response: ServerResponse, list: string, join?: string): void {
  const event = join === undefined ? '' : `"event":${join},`
  response.on('error', () => undefined)
  const half = members.slice(0, members.length / 2)
  const chain = [...chainOfFacts, ...chainOfMembers]
  response
    .writeHead(200)
    .write(`{${event}"auth_chain":[${chain.join(',')}],"${list}":[${[...facts, ...half].join(',')},`)
}

interface Stop {
  /** What is being asked when the server is killed. */
  readonly verb: string
  readonly omitsMembers: boolean
  readonly stalls: (response: ServerResponse, body: string) => void
}

const stops: Readonly<Record<string, Stop>> = {
  'before it is allowed in': { verb: 'make_join', omitsMembers: false, stalls: () => undefined },
  'while the state arrives': {
    verb: 'send_join',
    omitsMembers: false,
    stalls: (response, body) => stall(response, 'state', body),
  },
  'while the members arrive': { verb: 'state', omitsMembers: true, stalls: (response) => stall(response, 'pdus') },
}

for (const [moment, { verb, omitsMembers, stalls }] of Object.entries(stops))
  test(`a join survives a kill ${moment}`, async () => {
    using authority = new CertificateAuthority()
    const certificate = authority.issue('*.remote.test')
    await using remote = await SyntheticRemote.start(room, { certificate, omitsMembers })
    const asked = Promise.withResolvers<void>()
    remote.instead = (request, response) => {
      if (request.verb !== verb) return false
      stalls(response, request.body)
      asked.resolve()
      return true
    }
    const overrides = Object.entries(remote.hostOverrides).map((pair) => pair.join('='))
    await using server = await ServerProcess.start([
      ...['--federation-allow-private-addresses', 'true', '--federation-trusted-ca-file', authority.caFile],
      ...['--federation-host-overrides', overrides.join(',')],
    ])
    const bob = await User.register(server.baseUrl, 'bob')
    const join = `/join/${encodeURIComponent(room.roomId)}?via=s0.remote.test`
    const joining = bob.call(join, { method: 'POST', body: {} }).catch(() => undefined)
    await asked.promise
    if (omitsMembers) await joining
    await server.kill('SIGKILL')
    await joining
    remote.instead = () => false
    await server.start()
    const path = `/rooms/${encodeURIComponent(room.roomId)}`
    await eventually(async () => ((await bob.get('/joined_rooms')).joined_rooms.length > 0 ? true : undefined))
    assert.equal((await bob.get(`${path}/members?membership=join`)).chunk.length, members.length + 1)
    await bob.say(room.roomId, 'still here')
    await eventually(async () =>
      remote.heard.some(({ content }) => content['body'] === 'still here') ? true : undefined,
    )
  })
