// The library as a program uses it: one login shared by all who work at the same time, a room ensured, a pipeline told.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ensureRoom } from '@myelin/notifier/ensure-room'
import type { Report } from '@myelin/notifier/report'
import { Session } from '@myelin/notifier/session'
import { tell, tellDefaults } from '@myelin/notifier/tell'
import type { User } from './testing/api.ts'
import { Front } from './testing/front.ts'
import { TestServer } from './testing/server.ts'

describe('the notifier as a library', () => {
  let server: TestServer
  let front: Front
  let ci: User

  before(async () => {
    server = await TestServer.start()
    front = await Front.start(server.baseUrl)
    ci = await server.user('ci')
  })
  after(async () => {
    await front[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const sessionOf = (password: string) =>
    new Session({ homeserver: front.baseUrl, credentials: { user: 'ci', password }, waitMaxMs: 5000 })
  const count = (what: string) => front.seen.filter((line) => line.includes(what)).length

  test('many rooms told at once share one login, which the last one ends', async () => {
    const session = sessionOf('ci password')
    const numbers = Array.from({ length: 20 }, (_, number) => number)
    await Promise.all(
      numbers.map((number) =>
        session.use(async (homeserver) => {
          const wish = {
            room: `r${number}`,
            name: `Room ${number}`,
            invite: [],
            power: { levels: {}, users: {}, events: {} },
          }
          const { roomId = '' } = await ensureRoom(homeserver, wish, { isDryRun: false })
          const report: Report = { key: 'build/1', pipeline: { name: 'Build #1' }, status: 'passed', jobs: [] }
          for (const expected of ['posted', 'unchanged'])
            assert.equal((await tell(homeserver, report, { ...tellDefaults, rooms: [roomId] }))[0]?.result, expected)
        }),
      ),
    )
    assert.equal(count('POST /_matrix/client/v3/login'), 1)
    assert.equal(count('POST /_matrix/client/v3/logout'), 1)
    assert.equal((await ci.get('/devices')).devices.length, 1)
  })

  test('a session can be used again after its login has ended', async () => {
    const session = sessionOf('ci password')
    for (let use = 0; use < 2; use++)
      assert.equal(await session.use((homeserver) => Promise.resolve(homeserver.userId)), '@ci:hs1')
  })

  test('a wrong password is a failure of kind login', async () => {
    await assert.rejects(
      sessionOf('guess').use(() => Promise.resolve()),
      { name: 'NotifierError', kind: 'login' },
    )
  })
})
