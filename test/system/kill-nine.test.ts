// What was acknowledged survives `kill -9`, and a sync token from before the kill still works. So does the ledger: it is
// verified, restored from, and compared with another one of the same database.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemEnvironment } from '@myelin/server/environment'
import { restoreLedger } from '@myelin/server/ledger/restore'
import { verifyLedger } from '@myelin/server/ledger/verify'
import { User } from './testing/api.ts'
import { comesTrue, gitIn } from './testing/git.ts'
import { ServerProcess } from './testing/server.ts'

const kills = 20
const senders = 64
const acknowledgedBeforeKill = 100

interface Sending {
  readonly roomId: string
  readonly round: number
  readonly acknowledged: string[]
  readonly onAcknowledged: () => void
}

/** Sends as fast as it can until the server is gone; records what was acknowledged. */
async function sendUntilGone(user: User, { roomId, round, acknowledged, onAcknowledged }: Sending) {
  for (let n = 0; ; n++) {
    const eventId = await user.say(roomId, `${round} ${n}`, `${round}-${n}`).catch(() => undefined)
    if (eventId === undefined) return
    acknowledged.push(eventId)
    onAcknowledged()
  }
}

interface Caught {
  readonly eventIds: readonly string[]
  readonly nextBatch: string
}

/** The room's events since a token as a client gets them: the sync, and the gap before it where there is one. */
async function catchUp(user: User, roomId: string, since: string): Promise<Caught> {
  const filter = JSON.stringify({ room: { timeline: { limit: 100 } } })
  const { rooms, next_batch } = await user.sync({ since, filter, timeout: '0' })
  const timeline = rooms?.join?.[roomId]?.timeline
  const events = [...(timeline?.events ?? [])]
  for (let from = timeline?.limited ? timeline.prev_batch : undefined; from !== undefined;) {
    const query = new URLSearchParams({ dir: 'b', limit: '1000', from, to: since })
    const page = await user.get(`/rooms/${encodeURIComponent(roomId)}/messages?${query}`)
    events.unshift(...page.chunk.toReversed())
    from = page.chunk.length === 0 ? undefined : page.end
  }
  return { eventIds: events.map(({ event_id }) => event_id), nextBatch: next_batch }
}

/** Resolves when the ledger's thread has just put a pack in place, before it moves the branch. */
async function packAppears(ledger: string): Promise<void> {
  const packs = join(ledger, '.git/objects/pack')
  await mkdir(packs, { recursive: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  const watcher = watch(packs, (_, name) => void (name?.endsWith('.pack') && resolve()))
  await promise
  watcher.close()
}

const withLedger = (at: string) => ['--ledger-folder', at, '--ledger-content', 'all', '--ledger-flush-ms', '20']

describe('a server that is killed twenty times', () => {
  let folder: string
  let ledger: string
  let server: ServerProcess
  let reader: User
  let roomId: string
  const users: User[] = []

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'myelin-ledger-'))
    ledger = join(folder, 'ledger')
    server = await ServerProcess.start(withLedger(ledger))
    for (let n = 0; n < senders; n++) users.push(await User.register(server.baseUrl, `sender${n}`))
    reader = users[0]!
    roomId = await reader.createRoom({ preset: 'public_chat' })
    await Promise.all(users.slice(1).map((user) => user.join(roomId)))
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('20 kills in the middle of 64 concurrent senders lose nothing that was acknowledged', async () => {
    const all: string[][] = []
    const synced: string[] = []
    let { next_batch: since } = await reader.sync()
    for (let round = 0; round < kills; round++) {
      const acknowledged: string[][] = users.map(() => [])
      const { promise: isEnough, resolve } = Promise.withResolvers<void>()
      let count = 0
      const onAcknowledged = () => void (++count === acknowledgedBeforeKill && resolve())
      const running = users.map((user, n) =>
        sendUntilGone(user, { roomId, round, acknowledged: acknowledged[n]!, onAcknowledged }),
      )
      await isEnough
      if (round % 2 === 0) await packAppears(ledger)
      await server.kill('SIGKILL')
      await Promise.all(running)
      await server.start(withLedger(ledger))
      const caught = await catchUp(reader, roomId, since)
      synced.push(...caught.eventIds)
      since = caught.nextBatch
      all.push(...acknowledged)
    }
    const history = (await reader.history(roomId)).map((event) => event.event_id)
    assert.equal(new Set(history).size, history.length, 'no event is in the history twice')
    for (const [n, acknowledged] of all.entries()) {
      const places = acknowledged.map((eventId) => history.indexOf(eventId))
      assert.ok(!places.includes(-1), `sender ${n % senders}: an acknowledged event is missing`)
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
        'a sender’s events are in the order of their answers',
      )
    }
    assert.deepEqual(synced, history.slice(-synced.length), 'the syncs together are the history, without gap or repeat')
  })

  test('the ledger goes on after the last of them', async () => {
    await reader.say(roomId, 'the last one')
    await comesTrue(() => assert.match(gitIn(ledger, 'log', '-1', '-p', 'content'), /the last one/))
    await server.kill('SIGTERM')
  })

  test('the ledger verifies, by its own command and by stock git', () => {
    const report = verifyLedger({ folder: ledger })
    assert.deepEqual(report.problems, [])
    assert.equal(report.rooms, 1)
    assert.ok(report.events > kills * acknowledgedBeforeKill, `${report.events} events`)
    assert.equal(report.contents > report.events / 2, true)
    gitIn(ledger, 'fsck', '--strict', '--full')
  })

  test('the ledger has the same commits as another ledger of the same database', async () => {
    const again = join(folder, 'again')
    await server.start(withLedger(again))
    await comesTrue(() => assert.equal(gitIn(again, 'rev-parse', 'HEAD'), gitIn(ledger, 'rev-parse', 'HEAD')))
    await comesTrue(() =>
      assert.equal(gitIn(again, 'rev-parse', 'content^{tree}'), gitIn(ledger, 'rev-parse', 'content^{tree}')),
    )
    await server.kill('SIGTERM')
  })

  test('the ledger makes the same commits again where the branch was not moved to them, and where its lock was left', async () => {
    const head = gitIn(ledger, 'rev-parse', 'HEAD')
    gitIn(ledger, 'update-ref', 'HEAD', 'HEAD~3')
    writeFileSync(join(ledger, `.git/${gitIn(ledger, 'symbolic-ref', 'HEAD')}.lock`), `${head}\n`)
    await server.start(withLedger(ledger))
    await comesTrue(() => assert.equal(gitIn(ledger, 'rev-parse', 'HEAD'), head))
    await server.kill('SIGTERM')
    assert.deepEqual(verifyLedger({ folder: ledger }).problems, [])
  })

  test('the ledger gives equal rooms back, from a clone', async () => {
    const clone = join(folder, 'clone')
    gitIn(folder, 'clone', '-q', ledger, clone)
    const into = join(folder, 'restored')
    const restored = await restoreLedger({ folder: clone, into, environment: systemEnvironment })
    assert.deepEqual(
      restored.flatMap(({ problems }) => problems),
      [],
    )
    const { events } = verifyLedger({ folder: ledger })
    assert.equal(
      restored.reduce((sum, room) => sum + room.events, 0),
      events,
    )
  })

  test('a byte that somebody has flipped is found, and named by its object and file', async () => {
    gitIn(ledger, 'repack', '-adq')
    const packs = join(ledger, '.git/objects/pack')
    const pack = join(packs, readdirSync(packs).find((name) => name.endsWith('.pack')) ?? '')
    const whole = readFileSync(pack)
    chmodSync(pack, 0o600)
    for (const part of [0.2, 0.5, 0.8]) {
      const damaged = Buffer.from(whole)
      const at = Math.floor(damaged.length * part)
      damaged[at]! ^= 0x10
      writeFileSync(pack, damaged)
      const { problems } = verifyLedger({ folder: ledger })
      assert.ok(problems.length > 0, `byte ${at}`)
      assert.ok(
        problems.every((problem) => /[0-9a-f]{40}/.test(problem) || /rooms\//.test(problem)),
        problems.join('\n'),
      )
    }
    writeFileSync(pack, whole)
    assert.deepEqual(verifyLedger({ folder: ledger }).problems, [])
  })

  test('an event that somebody has changed, in a commit of theirs, is found and named', async () => {
    const forged = join(folder, 'forged')
    gitIn(folder, 'clone', '-q', ledger, forged)
    const name = gitIn(forged, 'ls-files', 'rooms/*/events/000/00.ndjson').split('\n')[0] ?? ''
    const file = join(forged, name)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"depth":7', '"depth":8'))
    gitIn(forged, '-c', 'user.name=eve', '-c', 'user.email=eve@localhost', 'commit', '-qam', 'Nothing to see')
    const { problems } = verifyLedger({ folder: forged })
    assert.ok(
      problems.some((problem) => problem.includes('eve')),
      problems.join('\n'),
    )
    assert.ok(
      problems.some((problem) => problem.startsWith(`${name}:`)),
      problems.join('\n'),
    )
  })
})
