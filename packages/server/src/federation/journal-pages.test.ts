// The journal in pages for servers that catch up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { senderPageEntriesMax } from '../federation-limits.ts'
import { openTestStore } from '../store/testing/open-store.ts'
import { journalKind } from '../store/store.ts'
import { JournalPages } from './journal-pages.ts'

async function pagesOver(entries: number) {
  const store = await openTestStore()
  await store.write((w) => {
    for (let i = 0; i < entries; i++)
      w.journal({ kind: i % 2 === 0 ? journalKind.event : journalKind.typing, room: 1, user: 0, ref: i })
  })
  const asked: number[] = []
  const pages = new JournalPages({
    store,
    source: {
      outgoing: async (page) => {
        asked.push(page.length)
        return page.map(({ position, ref }) => ({ kind: 'pdu', position, eventNid: ref, destinations: [] }))
      },
      pdus: async () => new Map(),
    },
  })
  return { pages, asked, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

test('together the pages hold every event once, up to the limit', async () => {
  await using world = await pagesOver(3 * senderPageEntriesMax)
  const limit = 2 * senderPageEntriesMax + 11
  const found: number[] = []
  for (let from = 7; from < limit;) {
    const page = await world.pages.after(from, limit)
    found.push(...page.pdus.map(({ position }) => position).filter((position) => position > from))
    from = page.readThrough
  }
  const expected = Array.from({ length: limit - 7 }, (_, i) => i + 8).filter((position) => position % 2 === 1)
  assert.deepEqual(found, expected)
})

test('a page is read once for all who need it', async () => {
  await using world = await pagesOver(2 * senderPageEntriesMax)
  await Promise.all(
    [1, 2, 300, senderPageEntriesMax - 1].map((from) => world.pages.after(from, 2 * senderPageEntriesMax)),
  )
  assert.deepEqual(world.asked, [senderPageEntriesMax / 2])
})

test('there is nothing beyond the limit', async () => {
  await using world = await pagesOver(20)
  assert.deepEqual(await world.pages.after(15, 10), { pdus: [], readThrough: 10 })
  assert.deepEqual((await world.pages.after(8, 10)).readThrough, 10)
})
