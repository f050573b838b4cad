// Users by number, on a real store.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from './sql.ts'
import { openTestStore } from './testing/open-store.ts'
import { Users } from './users.ts'

const clash = sql`INSERT INTO users (nid, user_id) VALUES (${'nid'}, '@clash:hs'), (${'nid'}, '@clash:hs')`

test('a user keeps the nid it was given, also for other readers of the store', async () => {
  await using store = await openTestStore()
  const users = new Users(store)
  const [alice, again] = await Promise.all([users.intern('@alice:hs'), users.intern('@alice:hs')])
  assert.equal(alice, again)
  const bob = await users.intern('@bob:hs')
  assert.notEqual(alice, bob)
  await store.write(() => undefined)
  const others = new Users(store)
  assert.equal(await others.find('@alice:hs'), alice)
  assert.equal(await others.userId(bob), '@bob:hs')
  assert.equal(others.cached('@bob:hs'), bob)
})

test('a user never seen is not given a nid by looking', async () => {
  await using store = await openTestStore()
  const users = new Users(store)
  assert.equal(await users.find('@nobody:hs'), undefined)
  assert.equal(await users.userId(5), undefined)
  assert.equal(await users.intern('@somebody:hs'), 1)
})

test('many users are interned and named in one read each', async () => {
  await using store = await openTestStore()
  const users = new Users(store)
  const alice = await users.intern('@alice:hs')
  await store.write(() => undefined)
  const fresh = new Users(store)
  const before = store.statistics().reads
  const nids = await fresh.internAll(['@bob:hs', '@alice:hs', '@bob:hs'])
  assert.equal(store.statistics().reads - before, 1)
  assert.equal(nids.get('@alice:hs'), alice)
  assert.equal(nids.size, 2)
  const bob = nids.get('@bob:hs') ?? 0
  assert.deepEqual(
    await fresh.userIds([bob, 99, alice]),
    new Map([
      [bob, '@bob:hs'],
      [alice, '@alice:hs'],
    ]),
  )
})

test('a nid that was lost with a failed commit is not remembered', async () => {
  await using store = await openTestStore()
  const users = new Users(store)
  const lost = users.intern('@alice:hs')
  await lost
  await assert.rejects(store.write((w) => w.run(clash, { nid: 50 })))
  assert.equal(users.cached('@alice:hs'), undefined)
  const alice = await users.intern('@alice:hs')
  await store.write(() => undefined)
  assert.equal(await new Users(store).find('@alice:hs'), alice)
})
