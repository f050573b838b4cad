// The commands of a ledger, against a server that runs and repositories that stock git made.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { call, ok, type User } from './testing/api.ts'
import { myelinHere } from './testing/command-line.ts'
import { comesTrue, everythingReachable, gitIn } from './testing/git.ts'
import { TestServer } from './testing/server.ts'

describe('the commands of a ledger', () => {
  let folder: string
  let ledger: string
  let data: string
  let remote: string
  let server: TestServer
  let alice: User
  let roomId: string

  const start = async (settings: Readonly<Record<string, unknown>>) => {
    server = await TestServer.start({
      ...{ data, 'ledger.folder': ledger, 'ledger.content': 'all', 'metrics.listen': ['127.0.0.1:0'] },
      ...settings,
    })
    alice = alice?.at(server.baseUrl)
  }
  const stop = () => server[Symbol.asyncDispose]()
  const ledgerCommand = (...parameters: string[]) => myelinHere(['ledger', ...parameters])
  const branch = () => gitIn(ledger, 'symbolic-ref', 'HEAD')
  const metric = async (name: string) =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(String(await ok(call(server.metricsUrl!, '/metrics'))))?.[1])

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'myelin-ledger-commands-'))
    ledger = join(folder, 'ledger')
    data = join(folder, 'data')
    remote = join(folder, 'remote.git')
    execFileSync('git', ['init', '-q', '--bare', remote])
    await start({ 'ledger.flushMs': 3_600_000 })
    alice = await server.user('alice')
    roomId = await alice.createRoom({ preset: 'public_chat', name: 'Builds', room_alias_name: 'builds' })
    await alice.say(roomId, 'It builds')
  })
  after(async () => {
    await stop().catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  })

  test('status tells how far a running ledger is behind, as do the admin API and the metrics', async () => {
    const { code, stdout } = await ledgerCommand('status', ledger, '--data', data)
    assert.equal(code, 0)
    const lag = Number(/^lag_entries: (\d+)$/m.exec(stdout)?.[1])
    assert.ok(lag > 5, stdout)
    assert.match(stdout, /^troubles: \[\]$/m)
    assert.equal(await metric('myelin_ledger_lag_entries'), lag)
    assert.ok((await metric('myelin_ledger_lag_seconds')) > 0)
    assert.equal(await metric('myelin_ledger_commits_total'), 0)
    assert.equal((await alice.callAt('/_myelin/admin/v1/ledger')).body.errcode, 'M_FORBIDDEN')
  })

  test('status tells of a ledger that no server writes, and where in the journal it ends', async () => {
    await stop()
    const { code, stdout } = await ledgerCommand('status', ledger, '--data', data)
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^Ledger of hs1, ${branch()} at ${gitIn(ledger, 'rev-parse', 'HEAD')}\\.`))
    assert.match(stdout, /^It goes up to position \d+ of the journal\.$/m)
  })

  test('push brings both branches to a bare repository, and what came since by a fast-forward', async () => {
    assert.equal((await ledgerCommand('push', ledger, '--remote', remote)).code, 0)
    const first = gitIn(remote, 'rev-parse', branch())
    assert.equal(first, gitIn(ledger, 'rev-parse', 'HEAD'))
    await start({ 'ledger.flushMs': 0 })
    await alice.say(roomId, 'And again')
    await comesTrue(async () => assert.equal(await metric('myelin_ledger_lag_entries'), 0))
    assert.ok((await metric('myelin_ledger_events_total')) > 0)
    assert.equal((await ledgerCommand('push', ledger, '--remote', remote)).code, 0)
    assert.equal(gitIn(remote, 'rev-parse', branch()), gitIn(ledger, 'rev-parse', 'HEAD'))
    gitIn(remote, 'merge-base', '--is-ancestor', first, branch())
    assert.equal(gitIn(remote, 'rev-parse', 'content'), gitIn(ledger, 'rev-parse', 'content'))
    assert.match(everythingReachable(remote), /And again/)
  })

  test('bundle writes a file that git verifies and clones, and whose clone verifies as a ledger', async () => {
    const file = join(folder, 'ledger.bundle')
    assert.equal((await ledgerCommand('bundle', ledger, file)).code, 0)
    gitIn(ledger, 'bundle', 'verify', file)
    const clone = join(folder, 'from-bundle')
    gitIn(folder, 'clone', '-q', file, clone)
    assert.equal(gitIn(clone, 'rev-parse', 'HEAD'), gitIn(ledger, 'rev-parse', 'HEAD'))
    const { code, stdout } = await ledgerCommand('verify', clone, '--json')
    assert.equal(code, 0, stdout)
    const report = JSON.parse(stdout) as { rooms: number; contents: number; problems: string[] }
    assert.deepEqual([report.rooms, report.problems], [1, []])
    assert.ok(report.contents > 0)
  })

  test('restore makes a data folder from which a server starts, whose room reads equal', async () => {
    const path = `/rooms/${encodeURIComponent(roomId)}`
    const reading = async (user: User) => {
      const state: { event_id: string }[] = await user.get(`${path}/state`)
      const history = await user.history(roomId)
      return {
        state: state.toSorted((a, b) => a.event_id.localeCompare(b.event_id)).map(lasting),
        history: history.map(lasting),
      }
    }
    const before = await reading(alice)
    const into = join(folder, 'restored')
    const { code, stdout, stderr } = await ledgerCommand('restore', ledger, '--into', into)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^1 of 1 rooms are in /m)
    assert.equal((await ledgerCommand('restore', ledger, '--into', into)).code === 0, false, 'not into data in use')
    await using restored = await TestServer.start({ data: into })
    const again = await restored.user('alice')
    assert.deepEqual(await reading(again), before)
    assert.equal((await again.get('/directory/room/%23builds%3Ahs1')).room_id, roomId)
    await again.say(roomId, 'Here again')
  })

  test('a remote that somebody has tampered with is refused, and left as it is', async () => {
    const tree = gitIn(remote, 'rev-parse', `${branch()}^{tree}`)
    const parent = gitIn(remote, 'rev-parse', `${branch()}~1`)
    const who = ['-c', 'user.name=eve', '-c', 'user.email=eve@localhost']
    const forged = gitIn(remote, ...who, 'commit-tree', tree, '-p', parent, '-m', 'Nothing to see')
    gitIn(remote, 'update-ref', branch(), forged)
    const { code, stderr } = await ledgerCommand('push', ledger, '--remote', remote)
    assert.notEqual(code, 0)
    assert.match(stderr, /the remote has refused refs\/heads\/\S+ \[rejected\]/)
    assert.equal(gitIn(remote, 'rev-parse', branch()), forged)
  })

  test('the server that pushes by itself reports it until it is over', async () => {
    await stop()
    await start({ 'ledger.remote': remote, 'ledger.pushIntervalMs': 1_000, 'ledger.flushMs': 0 })
    await alice.say(roomId, 'To nobody')
    await comesTrue(async () => assert.equal(await metric('myelin_ledger_troubles'), 1))
    const { stdout } = await ledgerCommand('status', ledger, '--data', data)
    assert.match(stdout, /^troubles: \["push: the remote has refused refs\/heads\//m)
    gitIn(remote, 'update-ref', branch(), `${branch()}~1`)
    await comesTrue(async () => assert.equal(await metric('myelin_ledger_troubles'), 0))
    assert.equal(gitIn(remote, 'rev-parse', branch()), gitIn(ledger, 'rev-parse', 'HEAD'))
  })
})

/** Without what is another at every look, and what is told to the device alone that sent it. */
function lasting(event: Record<string, unknown>): unknown {
  const { unsigned, ...rest } = event as { unsigned?: Record<string, unknown> }
  return { ...rest, unsigned: { ...unsigned, age: 0, transaction_id: '' } }
}
