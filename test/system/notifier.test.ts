// The main job on real input: this repository's own history is announced in three rooms, once.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { User } from './testing/api.ts'
import { notify as cli } from './testing/notifier.ts'
import { TestServer } from './testing/server.ts'
import { notifyCommand } from './testing/commands.ts'

const repository = join(import.meta.dirname, '../..')
const git = (...parameters: string[]) =>
  execFileSync('git', ['-C', repository, ...parameters], { encoding: 'utf8' }).trim()

interface Outcome {
  readonly code: number
  readonly output: string
}

/** Runs the command as a process of its own. */
const notify = (...parameters: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string) =>
      resolve({ code: Number((error as { code?: number } | null)?.code ?? 0), output: stdout + stderr })
    execFile(process.execPath, [notifyCommand, '--repository', repository, ...parameters], done)
  })

describe('myelin-notify', () => {
  let server: TestServer
  let ci: User
  let folder: string
  let rooms: string[]
  let account: string[]

  before(async () => {
    server = await TestServer.start()
    ci = await server.user('ci')
    const alice = await server.user('alice')
    rooms = [
      await ci.createRoom({ preset: 'public_chat', room_alias_name: 'builds' }),
      await ci.createRoom({}),
      await alice.createRoom({ invite: [ci.userId] }),
    ]
    await ci.join(rooms[2]!)
    folder = mkdtempSync(join(tmpdir(), 'myelin-notify-'))
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, 'ci password\n')
    account = ['--homeserver', server.baseUrl, '--user', 'ci', '--password-file', passwordFile]
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await server[Symbol.asyncDispose]()
  })

  const notices = async (roomId: string) =>
    (await ci.history(roomId)).filter(({ content }) => content.msgtype === 'm.notice').map(({ content }) => content)

  test('the account may be named before the command, and what no command knows is refused there', async () => {
    const run = (...parameters: string[]) => cli(parameters, { variables: { MYELIN_NOTIFY_USER: 'another' } })
    assert.match((await run(...account, 'whoami')).stdout, /^@ci:hs1 /)
    assert.match((await run(...account.slice(0, 2), 'whoami', ...account.slice(2))).stdout, /^@ci:hs1 /)
    const { code, stderr } = await run('--range', 'HEAD', 'whoami', ...account)
    assert.deepEqual([code, stderr], [2, "--range is no option of 'whoami'\n"])
  })

  test('a dry run shows what it would post and posts nothing', async () => {
    const { code, output } = await notify(...account, '--dry-run')
    assert.equal(code, 0, output)
    assert.equal(
      output
        .trim()
        .split('\n')
        .filter((line) => line.includes('would post')).length,
      3,
    )
    const said = await cli([...account, 'announce', 'Hello **all**', '--dry-run', '--key', 'once'])
    assert.equal(said.stdout.split('\n  Hello **all**\n').length, 4)
    assert.deepEqual(await notices(rooms[0]!), [])
  })

  test('the newest commit is announced in every joined room: author, short hash, subject', async () => {
    const { code, output } = await notify(...account)
    assert.equal(code, 0, output)
    const expected = `${git('log', '-1', '--format=%an')} committed ${git('log', '-1', '--format=%h')}: ${git('log', '-1', '--format=%s')}`
    for (const roomId of rooms) {
      const [content, ...others] = await notices(roomId)
      assert.equal(others.length, 0)
      assert.equal(content.body.split('\n')[0], expected)
      assert.match(content.formatted_body, /<strong>.*<code>[0-9a-f]{7,}<\/code>/)
    }
  })

  test('the whole history, run twice, is posted once and in order', async () => {
    const hashes = git('log', '--max-count=40', '--reverse', '--format=%H').split('\n')
    const first = await notify(...account, '--range', 'HEAD', '--count', '40')
    assert.equal(first.code, 0, first.output)
    const second = await notify(...account, '--range', 'HEAD', '--count', '40')
    assert.equal(second.code, 0, second.output)
    assert.doesNotMatch(second.output, / {2}posted {2}/)
    for (const roomId of rooms) {
      const posted = (await notices(roomId)).map((content) => content['dev.myelin.commit'].hash)
      assert.equal(new Set(posted).size, posted.length, 'no commit is announced twice')
      assert.deepEqual(posted.toSorted(), hashes.toSorted())
      const [newest, ...rest] = posted
      assert.equal(newest, hashes.at(-1))
      assert.deepEqual(rest, hashes.slice(0, -1))
    }
  })

  test('--room tells one room alone, by alias', async () => {
    const { output } = await notify(...account, '--room', '#builds:hs1', '--dry-run')
    assert.equal(output.trim().split('\n').length, 1)
    assert.ok(output.startsWith(rooms[0]!))
  })

  test('it signs out: no device is left behind', async () => {
    const { devices } = await ci.get('/devices')
    assert.equal(devices.length, 1)
  })

  test('exit codes tell what went wrong', async () => {
    const wrong = join(folder, 'wrong')
    writeFileSync(wrong, 'not the password\n')
    const login = ['--homeserver', server.baseUrl, '--user', 'ci', '--password-file']
    assert.equal((await notify(...login, wrong)).code, 4)
    assert.equal((await notify(...login, join(folder, 'absent'))).code, 3)
    assert.equal((await notify('--homeserver', 'http://127.0.0.1:9', '--user', 'ci', '--password-file', wrong)).code, 7)
    assert.equal((await notify(...account, '--range', 'no-such-branch')).code, 2)
    assert.equal((await notify(...account, '--room', '!nowhere:hs1')).code, 5)
    assert.equal((await notify('--nonsense')).code, 2)
  })
})
