// The history of the rooms in git, looked at with stock git: in the folder of a ci-server, where somebody ran `git init`.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { call, ok, User } from './testing/api.ts'
import { CiServer, type CiServerAddresses } from './testing/ci-server.ts'
import { comesTrue, everythingReachable, gitIn } from './testing/git.ts'

describe('the ledger of a ci-server', () => {
  let server: CiServer
  let addresses: CiServerAddresses
  let ci: User
  let roomId: string
  let remote: string

  const journalOf = (branch: string) => server.git('log', '-1', '--format=%(trailers:key=Journal,valueonly)', branch)
  /** Resolves when the newest commit has the text in its difference, and both branches are there. */
  const shows = (text: string, branch = 'content') =>
    comesTrue(() => {
      assert.ok(server.git('log', '-1', '-p', branch).includes(text))
      assert.equal(journalOf('HEAD'), journalOf('content'))
    })
  const logIn = async (user: string) => {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password: `${user} password` }
    return new User(addresses.client, await ok(call(addresses.client, '/_matrix/client/v3/login', { body })))
  }
  const start = async () => {
    addresses = await server.start({ MYELIN_LEDGER_REMOTE: remote, MYELIN_LEDGER_PUSH_INTERVAL_MS: '1000' })
    ci = await logIn('ci')
  }

  before(async () => {
    server = new CiServer()
    remote = mkdtempSync(join(tmpdir(), 'myelin-remote-'))
    execFileSync('git', ['init', '-q', '--bare', remote])
    await server.addUser('ci', 'ci password')
    await start()
    roomId = await ci.createRoom({ visibility: 'public', room_alias_name: 'builds', name: 'Builds' })
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(remote, { recursive: true, force: true })
  })

  test('a room is a folder, its creation a commit on top of the first one somebody made', async () => {
    await shows('create room builds', 'HEAD')
    assert.equal(server.git('log', '--format=%s', '--reverse'), 'First\ncreate room builds')
    const state = JSON.parse(server.git('show', 'content:rooms/builds/state.json')) as {
      type: string
      content: unknown
    }[]
    assert.deepEqual(state.find(({ type }) => type === 'm.room.name')?.content, { name: 'Builds' })
    const { room_id } = JSON.parse(server.git('show', 'HEAD:rooms/builds/room.json')) as { room_id: string }
    assert.equal(room_id, roomId)
  })

  test('git log -p reads as the history: what was said is on the branch content, and nothing of it on the other', async () => {
    await ci.say(roomId, 'It builds')
    await shows('It builds')
    assert.equal(server.git('log', '-1', '--format=%s', 'HEAD'), 'builds: 1 message')
    await ci.put(`/rooms/${encodeURIComponent(roomId)}/state/m.room.topic/`, { topic: 'Every commit' })
    await shows('+      "topic": "Every commit"')
    assert.doesNotMatch(server.git('log', '-p', 'HEAD'), /It builds|Every commit/)
  })

  test('stock git verifies every commit, and finds the repository sound', () => {
    const signers = join(server.store, 'allowed_signers')
    for (const branch of ['HEAD', 'content'])
      for (const id of server
        .git('rev-list', branch, '--not', server.git('rev-list', '--max-parents=0', 'HEAD'))
        .split('\n'))
        server.git('-c', `gpg.ssh.allowedSignersFile=${signers}`, 'verify-commit', id)
    assert.equal(server.git('fsck', '--strict', '--full'), '')
  })

  test('the files of the folder follow, and nothing of it is left to commit', async () => {
    await comesTrue(() => assert.equal(server.git('status', '--porcelain'), ''))
    assert.match(readFileSync(join(server.store, 'README.md'), 'utf8'), /^# Ledger of localhost/)
    assert.ok(existsSync(join(server.store, 'rooms/builds/events/000/00.ndjson')))
  })

  test('a file that somebody has changed is not overwritten, and a commit of theirs is built upon', async () => {
    const own = join(server.store, 'notes.txt')
    writeFileSync(own, 'mine\n')
    const readme = join(server.store, 'README.md')
    appendFileSync(readme, 'mine too\n')
    await ci.say(roomId, 'Meanwhile')
    await shows('Meanwhile')
    assert.match(readFileSync(readme, 'utf8'), /mine too/)
    // Git refuses while the server has the index.
    await comesTrue(() => void server.git('checkout', '-q', 'README.md'))
    await comesTrue(() => void server.git('add', 'notes.txt'))
    server.git('-c', 'user.name=ci', '-c', 'user.email=ci@localhost', 'commit', '-q', '-m', 'Notes')
    const theirs = server.git('rev-parse', 'HEAD')
    await ci.say(roomId, 'Afterwards')
    await shows('Afterwards')
    await comesTrue(() => assert.equal(server.git('rev-parse', 'HEAD^'), theirs))
    await comesTrue(() => assert.equal(server.git('status', '--porcelain'), ''))
    assert.equal(readFileSync(own, 'utf8'), 'mine\n')
  })

  test('what is redacted is in no object that anything refers to, and the other branch only grows', async () => {
    const secret = await ci.say(roomId, 'password: hunter2')
    await shows('hunter2')
    const head = server.git('rev-parse', 'HEAD')
    await ci.put(`/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(secret)}/1`, { reason: 'oops' })
    await comesTrue(() => assert.doesNotMatch(everythingReachable(server.store), /hunter2/))
    assert.match(everythingReachable(server.store), /It builds/)
    server.git('merge-base', '--is-ancestor', head, 'HEAD')
    server.git('gc', '-q', '--prune=now')
    assert.equal(server.git('count-objects', '-v').match(/^garbage: (\d+)$/m)?.[1], '0')
    assert.equal(server.git('fsck', '--strict', '--full', '--unreachable'), '')
  })

  test('it is pushed, and whoever clones it has all of it', async () => {
    await ci.say(roomId, 'The last word')
    await shows('The last word')
    const branch = server.git('symbolic-ref', '--short', 'HEAD')
    await comesTrue(() => assert.equal(gitIn(remote, 'rev-parse', branch), server.git('rev-parse', 'HEAD')))
    await comesTrue(() => assert.equal(gitIn(remote, 'rev-parse', 'content'), server.git('rev-parse', 'content')))
    assert.doesNotMatch(everythingReachable(remote), /hunter2/)
  })

  test('secrets are in none of it', () => {
    const everything = everythingReachable(server.store)
    for (const secret of [ci.token, 'ci password', '$argon2id', 'PRIVATE KEY', ci.deviceId])
      assert.ok(!everything.includes(secret), secret)
  })

  test('it goes on where it was after a restart', async () => {
    const before = server.git('rev-parse', 'HEAD')
    await server.stop()
    assert.equal(server.git('rev-parse', 'HEAD'), before)
    await start()
    await ci.say(roomId, 'Back again')
    await shows('Back again')
    assert.equal(server.git('rev-parse', 'HEAD^'), before)
  })
})
