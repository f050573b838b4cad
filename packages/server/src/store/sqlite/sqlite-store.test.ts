// The store's contract on SQLite, and what only SQLite can break: a full disk, a second process, a killed process.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sql } from '../sql.ts'
import { journalKind, StoreError } from '../store.ts'
import { openTestStore } from '../testing/open-store.ts'
import { storeContract } from '../testing/store-contract.ts'

storeContract('SQLite, power', (folder) => openTestStore({ folder, durability: 'power' }))
storeContract('SQLite, process', (folder) => openTestStore({ folder, durability: 'process' }))

const insertText = sql`INSERT INTO redacted_originals (event_nid, json, redacted_ts) VALUES (${'nid'}, ${'json'}, 0)`
const removeTexts = sql`DELETE FROM redacted_originals`
const largeText = 'x'.repeat(400_000)

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-test-'))
  try {
    await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a full disk refuses the change and not the ones that fit', async () => {
  await using store = await openTestStore({ pagesMax: 250 })
  const write = (nid: number, json: string) => store.write((w) => w.run(insertText, { nid, json }))
  await write(1, largeText)
  await assert.rejects(write(2, largeText), /could not be stored: database or disk is full/)
  await write(3, 'small')
  await store.write((w) => w.run(removeTexts, {}))
  await write(4, largeText)
})

test('the log begins anew while writes go on', () =>
  inFolder(async (folder) => {
    await using store = await openTestStore({ folder, logPagesMax: 256 })
    const json = 'x'.repeat(50_000)
    const logBytes = () => statSync(join(folder, 'myelin.db-wal')).size
    let grownAt = 0
    let largest = 0
    // The file keeps its size when the log begins anew, so it has when 100 changes do not make it grow.
    for (let nid = 1; nid - grownAt < 100; nid++) {
      await store.write((w) => w.run(insertText, { nid, json }))
      if (logBytes() > largest) grownAt = nid
      largest = Math.max(largest, logBytes())
      assert.ok(nid < 10_000, 'the log grows and grows')
    }
  }))

test('a second store in the same folder is refused', () =>
  inFolder(async (folder) => {
    await using first = await openTestStore({ folder })
    await assert.rejects(openTestStore({ folder }), /is in use by another Myelin process/)
    assert.equal(await first.write((w) => w.journal({ kind: journalKind.event, room: 0, user: 0, ref: 0 })), 1)
  }))

test('a database of a newer version is refused and left alone', () =>
  inFolder(async (folder) => {
    await (await openTestStore({ folder }))[Symbol.asyncDispose]()
    const database = new DatabaseSync(join(folder, 'myelin.db'))
    database.exec("INSERT INTO schema_version (version, name, applied_ts) VALUES (9999, 'future', 0)")
    database.close()
    await assert.rejects(openTestStore({ folder }), /schema version 9999/)
  }))

test('a temporary store leaves nothing behind', async () => {
  const before = new Set(readdirSync(tmpdir()))
  const store = await openTestStore()
  const own = readdirSync(tmpdir()).filter((name) => name.startsWith('myelin-') && !before.has(name))
  assert.ok(own.length > 0)
  await store[Symbol.asyncDispose]()
  assert.ok(own.some((name) => !existsSync(join(tmpdir(), name))))
})

/** Runs a process that writes as fast as it can, kills it, and returns the positions it was told are durable. */
async function killedWhileWriting(folder: string, durability: string, acknowledgedMin: number): Promise<number[]> {
  const child = fork(join(import.meta.dirname, '../testing/endless-writer.ts'), [folder, durability])
  const acknowledged: number[] = []
  child.on('message', (position) => {
    if (acknowledged.push(Number(position)) === acknowledgedMin) child.kill('SIGKILL')
  })
  await once(child, 'close')
  assert.equal(child.signalCode, 'SIGKILL')
  return acknowledged
}

for (const durability of ['power', 'process'] as const)
  test(`what was acknowledged is there after kill -9, three times over (${durability})`, () =>
    inFolder(async (folder) => {
      let last = 0
      for (const acknowledgedMin of [50, 1_000, 3_000]) {
        const acknowledged = await killedWhileWriting(folder, durability, acknowledgedMin)
        await using store = await openTestStore({ folder, durability })
        const entries = await store.journalSince(last, 1_000_000)
        assert.deepEqual(
          entries.map(({ position }) => position),
          entries.map((_, i) => last + 1 + i),
        )
        assert.ok(acknowledged.length >= acknowledgedMin)
        assert.ok(store.durablePosition >= Math.max(...acknowledged))
        assert.equal(new Set(entries.map(({ ref }) => ref)).size, entries.length)
        last = store.durablePosition
      }
    }))

test('a refused open does not keep the folder locked', () =>
  inFolder(async (folder) => {
    const database = new DatabaseSync(join(folder, 'myelin.db'))
    database.exec('CREATE TABLE aliases (something INTEGER)')
    database.close()
    await assert.rejects(openTestStore({ folder }), StoreError)
    rmSync(join(folder, 'myelin.db'))
    await using store = await openTestStore({ folder })
    assert.equal(store.durablePosition, 0)
  }))
