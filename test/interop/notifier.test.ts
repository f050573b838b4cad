// `myelin-notify` with the other server as its homeserver.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { Reply, User } from '../system/testing/api.ts'
import { download } from '../system/testing/media.ts'
import { notify, type Outcome } from '../system/testing/notifier.ts'
import { kind, other, userOf } from './testing/pair.ts'
import { path } from './testing/rooms.ts'

type Event = Reply['body']

const repository = join(import.meta.dirname, '../..')
const newest = execFileSync('git', ['-C', repository, 'log', '-1', '--format=%H'], { encoding: 'utf8' }).trim()

describe(`myelin-notify at ${kind.name}`, { concurrency: 3 }, () => {
  /** An account of its own for each scenario, and the command with its credentials. */
  async function account() {
    const ci = await userOf(other, 'ci')
    const name = ci.userId.slice(1).replace(/:.*/, '')
    const variables = {
      MYELIN_NOTIFY_HOMESERVER: other.baseUrl,
      MYELIN_NOTIFY_USER: name,
      MYELIN_NOTIFY_PASSWORD: `${name} password`,
    }
    const run = (parameters: readonly string[], more: Record<string, string> = {}) =>
      notify(parameters, { variables: { ...variables, ...more } })
    const done = async (...parameters: string[]): Promise<string> => {
      const outcome = await run(parameters)
      assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout)
      return outcome.stdout
    }
    return { ci, run, done, name }
  }

  const notices = async (user: User, roomId: string): Promise<Event[]> =>
    (await user.history(roomId)).filter(({ content }) => content.msgtype === 'm.notice')

  let outcome: Outcome
  before(async () => {
    outcome = await notify(['whoami'], { variables: { MYELIN_NOTIFY_HOMESERVER: other.baseUrl } })
  })

  test('without credentials it says what is missing', () => assert.equal(outcome.code, 3))

  test('twenty rooms are told twice and have it once; what changes is edited in place', async () => {
    const { ci, done } = await account()
    const rooms = await Promise.all(Array.from({ length: 20 }, (_, index) => ci.createRoom({ name: `Room ${index}` })))
    await done('announce', 'Version 1 is out', '--key', 'release')
    await done('announce', 'Version 1 is out', '--key', 'release')
    for (const roomId of rooms) {
      const said = await notices(ci, roomId)
      assert.deepEqual(
        said.map(({ content }) => content.body),
        ['Version 1 is out'],
      )
    }
    await done('announce', 'Version 2 is out', '--key', 'release')
    for (const roomId of rooms) {
      const [original, edit, ...others] = await notices(ci, roomId)
      assert.equal(others.length, 0)
      assert.equal(edit.content['m.relates_to'].rel_type, 'm.replace')
      assert.equal(edit.content['m.relates_to'].event_id, original.event_id)
      assert.equal(edit.content['m.new_content'].body, 'Version 2 is out')
    }
    const { devices } = await ci.get('/devices')
    assert.equal(devices.length, 1, 'every run signs out')
  })

  test("this repository's newest commit is announced once", async () => {
    const { ci, done } = await account()
    const roomId = await ci.createRoom()
    await done('--repository', repository)
    await done('--repository', repository)
    const said = await notices(ci, roomId)
    assert.deepEqual(
      said.map(({ content }) => content['dev.myelin.commit'].hash),
      [newest],
    )
  })

  test('a pipeline is one message, edited until it ends', async () => {
    const { ci, done } = await account()
    const roomId = await ci.createRoom()
    const pipeline = ['--key', 'pipeline 1', '--name', 'check']
    await done('status', 'start', ...pipeline)
    await done('status', 'update', ...pipeline, '--job', 'lint', '--status', 'passed')
    await done('status', 'finish', ...pipeline, '--status', 'failed')
    const [original, ...edits] = await notices(ci, roomId)
    assert.ok(edits.length > 0)
    for (const { content } of edits) assert.equal(content['m.relates_to'].event_id, original.event_id)
    assert.match(edits.at(-1).content['m.new_content'].body, /failed/)
  })

  test('a room is made as wished, and a second time there is nothing to do', async () => {
    const { ci, done, name } = await account()
    const alias = `builds-${name}`
    const wish = ['room', 'ensure', alias, '--name', 'Builds', '--topic', 'What CI says', '--join', 'public']
    const powers = ['--power', 'users_default=-1']
    assert.match(await done(...wish, ...powers), /created/)
    assert.match(await done(...wish, ...powers), /as wished/)
    const { room_id: roomId } = await ci.get(`/directory/room/${encodeURIComponent(`#${alias}:${other.serverName}`)}`)
    const levels = await ci.get(`${path(roomId)}/state/m.room.power_levels/`)
    assert.equal(levels.users_default, -1)
  })

  test('a wrong password, an unknown room: the right exit codes', async () => {
    const { run } = await account()
    const wrong = await run(['announce', 'x'], { MYELIN_NOTIFY_PASSWORD: 'wrong' })
    assert.equal(wrong.code, 4, wrong.stderr)
    const nowhere = await run(['announce', 'x', '--room', `!nowhere:${other.serverName}`])
    assert.equal(nowhere.code, 5, nowhere.stderr)
    const noAlias = await run(['announce', 'x', '--room', `#nowhere:${other.serverName}`])
    assert.equal(noAlias.code, 5, noAlias.stderr)
  })

  test('a file is posted', async () => {
    const { ci, done } = await account()
    const roomId = await ci.createRoom()
    await done('upload', join(repository, 'LICENSE'))
    const file = (await ci.history(roomId)).find(({ content }) => content.msgtype === 'm.file')
    assert.equal((await download(ci, file.content.url)).body.length, file.content.info.size)
  })

  test('doctor finds nothing wrong', async () => {
    const { ci, done } = await account()
    await ci.createRoom()
    await done('doctor')
  })
})
