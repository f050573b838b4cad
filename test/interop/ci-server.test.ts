// `myelin ci-server` with people from another homeserver: they come by federation, read what is announced, and are not heard.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { call, ok, User } from '../system/testing/api.ts'
import { CiServer } from '../system/testing/ci-server.ts'
import { notify } from '../system/testing/notifier.ts'
import { freePort } from '../system/testing/free-port.ts'
import { authority, kind, other, userOf } from './testing/pair.ts'
import { hears, isRefused, path, until } from './testing/rooms.ts'

describe('a CI server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-interop-ci-'))
  let server: CiServer
  let baseUrl: string
  let ci: User
  let foreigner: User
  let roomId: string

  before(async () => {
    const port = await freePort()
    server = new CiServer(`localhost:${port}`)
    const { cert, key } = authority.issue('localhost')
    writeFileSync(join(folder, 'tls.crt'), cert)
    writeFileSync(join(folder, 'tls.key'), key)
    await server.addUser('ci', 'password')
    const variables = {
      MYELIN_TLS_CERT: join(folder, 'tls.crt'),
      MYELIN_TLS_KEY: join(folder, 'tls.key'),
      MYELIN_FEDERATION_TRUSTED_CA_FILE: authority.caFile,
      MYELIN_FEDERATION_ALLOW_PRIVATE_ADDRESSES: 'true',
    }
    baseUrl = (await server.start(variables, port)).client
    const identifier = { type: 'm.id.user', user: 'ci' }
    const body = { type: 'm.login.password', identifier, password: 'password' }
    ci = new User(baseUrl, await ok(call(baseUrl, '/_matrix/client/v3/login', { body })))
    foreigner = await userOf(other, 'foreigner')
    roomId = await ci.createRoom({
      ...{ visibility: 'public', room_alias_name: 'builds', name: 'Builds', room_version: kind.newestRoomVersion },
    })
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('a foreigner finds the room, joins it by its alias and reads what is announced', async () => {
    const { chunk } = await foreigner.get(`/publicRooms?server=${encodeURIComponent(server.serverName)}`)
    assert.deepEqual(
      chunk.map(({ name }: { name: string }) => name),
      ['Builds'],
    )
    assert.equal((await foreigner.join(`#builds:${server.serverName}`)).room_id, roomId)
    const announced = await notify(['announce', 'It builds', '--room', `#builds:${server.serverName}`], {
      variables: {
        MYELIN_NOTIFY_HOMESERVER: baseUrl,
        MYELIN_NOTIFY_USER: 'ci',
        MYELIN_NOTIFY_PASSWORD: 'password',
      },
    })
    assert.equal(announced.code, 0, announced.stderr + announced.stdout)
    await hears(foreigner, roomId, 'It builds')
  })

  test('a foreigner cannot speak, nor change the room', async () => {
    await foreigner.join(`#builds:${server.serverName}`)
    const body = { msgtype: 'm.text', body: 'Hello' }
    await isRefused(foreigner.call(`${path(roomId)}/send/m.room.message/1`, { method: 'PUT', body }))
    await isRefused(foreigner.call(`${path(roomId)}/state/m.room.topic/`, { method: 'PUT', body: { topic: 'Mine' } }))
    await isRefused(foreigner.call(`${path(roomId)}/invite`, { body: { user_id: '@x:example.org' } }))
  })

  test('a foreigner who is given the power speaks, until it is taken', async () => {
    const speaker = await userOf(other, 'speaker')
    await speaker.join(`#builds:${server.serverName}`)
    const levels = await ci.get(`${path(roomId)}/state/m.room.power_levels/`)
    const setLevel = async (level: number) => {
      const users = { ...levels.users, [speaker.userId]: level }
      await ci.put(`${path(roomId)}/state/m.room.power_levels/`, { ...levels, users })
      await until(`the power is ${level}`, async () => {
        const now = await speaker.get(`${path(roomId)}/state/m.room.power_levels/`)
        return now.users[speaker.userId] === level
      })
    }
    await setLevel(0)
    await speaker.say(roomId, 'Thank you')
    await hears(ci, roomId, 'Thank you')
    await setLevel(-1)
    const body = { msgtype: 'm.text', body: 'and' }
    await isRefused(speaker.call(`${path(roomId)}/send/m.room.message/2`, { method: 'PUT', body }))
  })

  test('users of the CI server are not invited elsewhere, and foreigners make no accounts there', async () => {
    const elsewhere = await foreigner.createRoom({ preset: 'private_chat' })
    await isRefused(foreigner.call(`${path(elsewhere)}/invite`, { body: { user_id: ci.userId } }))
    const register = { username: 'stranger', password: 'x', auth: { type: 'm.login.dummy' } }
    await isRefused(call(baseUrl, '/_matrix/client/v3/register', { body: register }))
  })
})
