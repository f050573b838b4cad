// What every store must do, whatever database is behind it. Each engine's test runs these sentences on the real thing.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pruneJournal } from '../journal.ts'
import { sql } from '../sql.ts'
import { journalKind, StoreError, type Journaled, type Store, type Write } from '../store.ts'

const insertAlias = sql`INSERT INTO aliases (alias, room_nid, creator_nid) VALUES (${'alias'}, ${'room'}, 1)`
const countAliases = sql`SELECT count(*) AS "count" FROM aliases`
const selectAlias = sql`SELECT alias, room_nid AS room FROM aliases WHERE alias = ${'alias'}`

const addAlias = (w: Write, alias: string): void => w.run(insertAlias, { alias, room: 1 })
const addAliasTwice = (w: Write): void => {
  addAlias(w, '#a:hs')
  addAlias(w, '#a:hs')
}
const note = (w: Write, ref = 0): number => w.journal({ kind: journalKind.event, room: 1, user: 0, ref })
const aliasCount = async (store: Store): Promise<number | undefined> =>
  (await store.read.get<{ count: number }>(countAliases, {}))?.count

/** Tests that a store, opened in a folder of its own or again in the same one, keeps its promises. */
export function storeContract(name: string, open: (folder: string) => Promise<Store>): void {
  const fresh = async (run: (store: Store, folder: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'myelin-test-'))
    try {
      await using store = await open(folder)
      await run(store, folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  describe(`${name}: reading and writing`, () => {
    test('what was written can be read', () =>
      fresh(async (store) => {
        await store.write((w) => addAlias(w, '#a:hs'))
        assert.deepEqual(await store.read.all(selectAlias, { alias: '#a:hs' }), [{ alias: '#a:hs', room: 1 }])
        assert.equal(await store.read.get(selectAlias, { alias: '#b:hs' }), undefined)
      }))

    test('texts and numbers come back as they went in', () =>
      fresh(async (store) => {
        const alias = '#\u{1f600} "quoted" \\ é\n'
        await store.write((w) => w.run(insertAlias, { alias, room: Number.MAX_SAFE_INTEGER }))
        const row = await store.read.get(selectAlias, { alias })
        assert.deepEqual(row, { alias, room: Number.MAX_SAFE_INTEGER })
      }))

    test('the change runs at once and nothing of it is visible before it is durable', () =>
      fresh(async (store) => {
        let ran = false
        const written = store.write((w) => {
          ran = true
          addAlias(w, '#a:hs')
          return note(w)
        })
        assert.equal(ran, true)
        assert.equal(store.durablePosition, 0)
        assert.equal(await aliasCount(store), 0)
        assert.equal(await written, 1)
        assert.equal(store.durablePosition, 1)
        assert.equal(await aliasCount(store), 1)
      }))

    test('a change that throws writes nothing, uses no position and spoils no other', () =>
      fresh(async (store) => {
        const good = store.write((w) => note(w))
        const bad = store.write((w) => {
          addAlias(w, '#a:hs')
          note(w)
          throw new RangeError('no')
        })
        const next = store.write((w) => note(w))
        await assert.rejects(bad, RangeError)
        assert.deepEqual([await good, await next], [1, 2])
        assert.equal(await aliasCount(store), 0)
      }))

    test('a value that no column can hold is refused before it reaches the database', () =>
      fresh(async (store) => {
        const other = store.write((w) => note(w))
        await assert.rejects(
          store.write((w) => w.run(insertAlias, { alias: '#a:hs', room: Number.NaN })),
          TypeError,
        )
        assert.equal(await other, 1)
      }))

    test('a write handle cannot be used after its callback', () =>
      fresh(async (store) => {
        const kept = await store.write((w) => w)
        assert.throws(() => addAlias(kept, '#a:hs'), TypeError)
      }))
  })

  describe(`${name}: order`, () => {
    test('positions are gapless and promises resolve in the order of the calls', () =>
      fresh(async (store) => {
        const resolved: number[] = []
        const writes = Array.from({ length: 300 }, () =>
          store.write((w) => note(w)).then((position) => resolved.push(position)),
        )
        await Promise.all(writes)
        assert.deepEqual(
          resolved,
          resolved.map((_, i) => i + 1),
        )
        const entries = await store.journalSince(0, 1000)
        assert.deepEqual(
          entries.map(({ position }) => position),
          resolved,
        )
      }))

    test('listeners hear of a batch once, after the position has moved and before its promises resolve', () =>
      fresh(async (store) => {
        const heard: (Journaled | string)[] = []
        store.onDurable((entries) => {
          assert.equal(store.durablePosition, entries.at(-1)?.position)
          heard.push(...entries)
        })
        const one = store.write((w) => note(w, 7)).then(() => heard.push('one'))
        const two = store.write((w) => note(w, 8)).then(() => heard.push('two'))
        await Promise.all([one, two])
        const entry = { kind: journalKind.event, room: 1, user: 0 }
        assert.deepEqual(heard, [{ position: 1, ...entry, ref: 7 }, { position: 2, ...entry, ref: 8 }, 'one', 'two'])
      }))

    test('the journal is read in pages', () =>
      fresh(async (store) => {
        await store.write((w) => Array.from({ length: 5 }, (_, i) => note(w, i)))
        const page = await store.journalSince(1, 2)
        assert.deepEqual(
          page.map(({ position, ref }) => [position, ref]),
          [
            [2, 1],
            [3, 2],
          ],
        )
      }))

    test('a pruned journal keeps its last entry, so that numbering goes on', () =>
      fresh(async (store) => {
        await store.write((w) => Array.from({ length: 5 }, () => note(w)))
        await store.write((w) => pruneJournal(w, 5))
        assert.deepEqual(
          (await store.journalSince(0, 10)).map(({ position }) => position),
          [5],
        )
      }))

    test('changes that arrive together share commits', () =>
      fresh(async (store) => {
        const before = store.statistics()
        await Promise.all(Array.from({ length: 64 }, () => store.write((w) => note(w))))
        const { commits, writes, queueDepth } = store.statistics()
        assert.equal(writes - before.writes, 64)
        assert.ok(commits - before.commits <= 4, `${commits} commits`)
        assert.equal(queueDepth, 0)
      }))
  })

  describe(`${name}: failure`, () => {
    test('a commit that fails refuses its changes and those behind, resets, and the store goes on without a gap', () =>
      fresh(async (store) => {
        let resets = 0
        await store.write((w) => {
          addAlias(w, '#taken:hs')
          note(w)
        })
        store.onReset(() => {
          resets++
          assert.equal(store.durablePosition, 1)
        })
        const doomed = [
          store.write((w) => note(w)),
          store.write((w) => addAlias(w, '#taken:hs')),
          store.write((w) => note(w)),
        ]
        for (const result of await Promise.allSettled(doomed)) {
          assert.equal(result.status, 'rejected')
          assert.ok(result.reason instanceof StoreError)
        }
        assert.equal(resets, 1)
        assert.equal(await store.write((w) => note(w)), 2)
        assert.equal((await store.journalSince(0, 10)).length, 2)
      }))

    test('statements first used in a failed commit can be used again', () =>
      fresh(async (store) => {
        await assert.rejects(store.write(addAliasTwice), StoreError)
        await store.write((w) => addAlias(w, '#a:hs'))
        assert.equal(await aliasCount(store), 1)
      }))

    test('nids given out before a failed commit are not given out again', () =>
      fresh(async (store, folder) => {
        const before = store.nextNid('events')
        await assert.rejects(store.write(addAliasTwice))
        const after = store.nextNid('events')
        assert.ok(after > before)
        await store[Symbol.asyncDispose]()
        await using again = await open(folder)
        assert.ok(again.nextNid('events') > after)
      }))
  })

  describe(`${name}: closing and opening again`, () => {
    test('closing waits for what was gathered, and refuses what comes later', () =>
      fresh(async (store, folder) => {
        const writes = Array.from({ length: 100 }, () => store.write((w) => note(w)))
        await store[Symbol.asyncDispose]()
        assert.equal((await Promise.all(writes)).length, 100)
        await assert.rejects(
          store.write((w) => note(w)),
          StoreError,
        )
        await using again = await open(folder)
        assert.equal(again.durablePosition, 100)
      }))

    test('positions and nids continue where they ended', () =>
      fresh(async (store, folder) => {
        assert.deepEqual([store.nextNid('users'), store.nextNid('users'), store.nextNid('rooms')], [1, 2, 1])
        await store.write((w) => note(w))
        await store[Symbol.asyncDispose]()
        await using again = await open(folder)
        assert.deepEqual([again.nextNid('users'), again.nextNid('rooms')], [3, 2])
        assert.equal(await again.write((w) => note(w)), 2)
      }))
  })
}
