// What networks and servers do to a run: limits, lost answers, restarts, proxies; nothing is lost and nothing doubled.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { User } from './testing/api.ts'
import { Front } from './testing/front.ts'
import { notify } from './testing/notifier.ts'
import { ServerProcess } from './testing/server.ts'

describe('myelin-notify under faults', () => {
  let server: ServerProcess
  let ci: User
  let folder: string
  const commitCount = 300

  before(async () => {
    server = await ServerProcess.start()
    ci = await User.register(server.baseUrl, 'ci')
    folder = mkdtempSync(join(tmpdir(), 'myelin-notify-'))
    execFileSync('git', ['init', '-q', '-b', 'main', folder])
    const commits = Array.from({ length: commitCount }, (_, number) =>
      [
        'commit refs/heads/main',
        // An author's name that is not UTF-8 is shown with replacement characters, not refused.
        `committer J\u00FCrgen <j@x> ${1_700_000_000 + number} +0000`,
        `data <<END\ncommit ${number}\nEND\n`,
      ].join('\n'),
    )
    execFileSync('git', ['-C', folder, 'fast-import', '--quiet'], { input: Buffer.from(commits.join('\n'), 'latin1') })
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await server[Symbol.asyncDispose]()
  })

  const account = (homeserver: string, more: Readonly<Record<string, string>> = {}) => ({
    variables: {
      MYELIN_NOTIFY_HOMESERVER: homeserver,
      MYELIN_NOTIFY_USER: 'ci',
      MYELIN_NOTIFY_PASSWORD: 'ci password',
      ...more,
    },
  })
  const hashes = async (roomId: string): Promise<string[]> =>
    (await ci.history(roomId)).flatMap(({ content }) => content['dev.myelin.commit']?.hash ?? [])
  const inGit = (count: number) =>
    execFileSync('git', ['-C', folder, 'log', `--max-count=${count}`, '--reverse', '--format=%H'], { encoding: 'utf8' })
      .trim()
      .split('\n')

  test('answers lost after delivery and a storm of limits: every commit once, in order', async () => {
    const roomId = await ci.createRoom()
    const counts = { send: 0 }
    await using front = await Front.start(server.baseUrl, (line) => {
      if (!line.includes('/send/')) return 'pass'
      counts.send++
      return counts.send % 3 === 0 ? 'limit' : counts.send % 5 === 0 ? 'lose answer' : 'pass'
    })
    const words = ['commits', 'main', '--count', '30', '--repository', folder, '--room', roomId]
    const outcome = await notify(words, account(front.baseUrl))
    assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout)
    assert.ok(counts.send > 40, 'requests were repeated')
    assert.deepEqual(await hashes(roomId), inGit(30))
  })

  test('limits that last longer than the budget end with their own exit code', async () => {
    const roomId = await ci.createRoom()
    await using front = await Front.start(server.baseUrl, (line) => (line.includes('/send/') ? 'limit' : 'pass'))
    const words = ['announce', 'x', '--wait-max', '0', '--room', roomId]
    assert.equal((await notify(words, account(front.baseUrl))).code, 8)
  })

  test('three hundred commits are posted once, though the second run looks far back', async () => {
    const roomId = await ci.createRoom()
    const words = ['commits', 'main', '--count', String(commitCount), '--repository', folder, '--room', roomId]
    for (let run = 0; run < 2; run++) {
      const outcome = await notify(words, account(server.baseUrl))
      assert.equal(outcome.code, 0, outcome.stderr)
    }
    assert.deepEqual(await hashes(roomId), inGit(commitCount))
  })

  test('a server killed and started again in the middle is outlived', async () => {
    const roomId = await ci.createRoom()
    const words = ['commits', 'main', '--count', '100', '--repository', folder, '--room', roomId]
    const running = notify(words, account(server.baseUrl))
    while ((await hashes(roomId)).length < 5);
    await server.kill('SIGKILL')
    await server.start()
    const outcome = await running
    assert.equal(outcome.code, 0, outcome.stderr + outcome.stdout)
    assert.deepEqual(await hashes(roomId), inGit(100))
  })

  test('two runs at the same time leave each commit once', async () => {
    const roomId = await ci.createRoom()
    const words = ['commits', 'main', '--count', '10', '--repository', folder, '--room', roomId]
    const outcomes = await Promise.all([1, 2].map(() => notify(words, account(server.baseUrl))))
    for (const { code, stderr } of outcomes) assert.equal(code, 0, stderr)
    assert.deepEqual((await hashes(roomId)).toSorted(), inGit(10).toSorted())
  })

  test('a proxy is used where one is named, and not for what is excepted', async () => {
    await using front = await Front.start(server.baseUrl)
    const proxied = await notify(['whoami', '--proxy', front.baseUrl], account(server.baseUrl))
    assert.equal(proxied.code, 0, proxied.stderr)
    assert.ok(front.seen.length > 0)
    const count = front.seen.length
    const excepted = { HTTP_PROXY: front.baseUrl, NO_PROXY: '127.0.0.1' }
    assert.equal((await notify(['whoami'], account(server.baseUrl, excepted))).code, 0)
    assert.equal(front.seen.length, count)
  })

  test('a run that is told to stop gives its login back', async () => {
    const roomId = await ci.createRoom()
    const { promise: stop, resolve: isSending } = Promise.withResolvers<void>()
    await using front = await Front.start(server.baseUrl, (line) => {
      if (!line.includes('/send/')) return 'pass'
      isSending()
      return 'limit'
    })
    const outcome = await notify(['announce', 'x', '--room', roomId], { ...account(front.baseUrl), stop })
    assert.equal(outcome.code, 143, outcome.stderr)
    assert.equal(front.seen.at(-1), 'POST /_matrix/client/v3/logout')
    assert.equal((await ci.get('/devices')).devices.length, 1)
  })

  test('one room that fails does not keep the others from being told', async () => {
    const roomId = await ci.createRoom()
    const outcome = await notify(['announce', 'x', '--room', roomId, '--room', '!nowhere:hs1'], account(server.baseUrl))
    assert.equal(outcome.code, 6, outcome.stdout)
    assert.equal((await ci.history(roomId)).at(-1).content.body, 'x')
    const soft = await notify(['announce', 'x', '--soft', '--room', '!nowhere:hs1'], account(server.baseUrl))
    assert.equal(soft.code, 0)
  })
})
