// Two CI servers: people of the other one come to read by federation, and are not heard.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { call, ok, User, type Reply } from './testing/api.ts'
import { CiServer } from './testing/ci-server.ts'
import { freePort } from './testing/free-port.ts'
import { eventually } from './testing/network.ts'

const names = ['ci.test', 'reader.test'] as const

const refused = ({ status, body }: Reply, wantedStatus: number, errcode: string) =>
  assert.deepEqual([status, body.errcode], [wantedStatus, errcode], JSON.stringify(body))

/** Syncs until the room has a message of that text. */
async function hears(user: User, roomId: string, text: string): Promise<void> {
  for (let since = ''; ;) {
    const { next_batch, rooms } = await user.sync({ timeout: '10000', ...(since && { since }) })
    const events: { content: { body?: unknown } }[] = rooms?.join?.[roomId]?.timeline.events ?? []
    if (events.some(({ content }) => content.body === text)) return
    since = next_batch
  }
}

describe('CI servers that federate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-ci-network-'))
  const authority = new CertificateAuthority()
  const servers = names.map((name) => new CiServer(name))
  let ci: User
  let reader: User
  let roomId: string

  async function start(server: CiServer, port: number, hostOverrides: string): Promise<User> {
    const { cert, key } = authority.issue(server.serverName)
    const file = (suffix: string, content: string) => {
      const path = join(folder, `${server.serverName}.${suffix}`)
      writeFileSync(path, content)
      return path
    }
    await server.addUser('someone', 'password')
    const { client } = await server.start(
      {
        MYELIN_TLS_CERT: file('pem', cert),
        MYELIN_TLS_KEY: file('key', key),
        MYELIN_FEDERATION_TRUSTED_CA_FILE: authority.caFile,
        MYELIN_FEDERATION_ALLOW_PRIVATE_ADDRESSES: 'true',
        MYELIN_FEDERATION_HOST_OVERRIDES: hostOverrides,
      },
      port,
    )
    const body = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'someone' },
      password: 'password',
    }
    return new User(client, await ok(call(client, '/_matrix/client/v3/login', { body })))
  }

  before(async () => {
    const ports = await Promise.all(names.map(freePort))
    const overrides = names.map((name, i) => `${name}=127.0.0.1:${ports[i]}`).join(',')
    const users = await Promise.all(servers.map((server, i) => start(server, ports[i] ?? 0, overrides)))
    ci = users[0]!
    reader = users[1]!
    const room = { visibility: 'public', room_alias_name: 'builds', name: 'Builds' }
    roomId = await ci.createRoom(room)
  })
  after(async () => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    authority[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })

  test("a foreigner joins by the room's alias and reads what is announced", async () => {
    assert.equal((await reader.join('#builds:ci.test')).room_id, roomId)
    await ci.say(roomId, 'It builds')
    await hears(reader, roomId, 'It builds')
  })

  test('a foreigner cannot speak, nor set state, until given the power to', async () => {
    const path = `/rooms/${encodeURIComponent(roomId)}`
    const message = { method: 'PUT', body: { msgtype: 'm.text', body: 'Hello' } }
    refused(await reader.call(`${path}/send/m.room.message/1`, message), 403, 'M_FORBIDDEN')
    refused(
      await reader.call(`${path}/state/m.room.topic`, { method: 'PUT', body: { topic: 'x' } }),
      403,
      'M_FORBIDDEN',
    )
    const levels = await ci.get(`${path}/state/m.room.power_levels`)
    await ci.put(`${path}/state/m.room.power_levels`, { ...levels, users: { ...levels.users, [reader.userId]: 0 } })
    await ci.say(roomId, 'Speak')
    await hears(reader, roomId, 'Speak')
    await reader.say(roomId, 'Thank you')
    await hears(ci, roomId, 'Thank you')
  })

  test('a foreigner finds the room in the directory, and leaves it', async () => {
    const { chunk } = await reader.get('/publicRooms?server=ci.test')
    assert.deepEqual(
      chunk.map((room: { name: string }) => room.name),
      ['Builds'],
    )
    await reader.post(`/rooms/${encodeURIComponent(roomId)}/leave`)
    assert.deepEqual((await reader.get('/joined_rooms')).joined_rooms, [])
  })

  test('users of a CI server are not invited to rooms of others', async () => {
    const membership = `/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${encodeURIComponent(reader.userId)}`
    await eventually(async () => ((await ci.get(membership)).membership === 'leave' ? true : undefined))
    const invite = await ci.call(`/rooms/${encodeURIComponent(roomId)}/invite`, { body: { user_id: reader.userId } })
    refused(invite, 403, 'M_FORBIDDEN')
    assert.match(invite.body.error, /cannot be invited/)
  })
})
