// Rooms, slots, members, aliases, the directory and transactions, on a real store.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aliasesOfRoom, aliasRow, deleteAlias, insertAlias, moveAliases } from './aliases.ts'
import { directoryPage, directorySize, publishRoom, unpublishRoom } from './directory.ts'
import { forgetRoom, memberOf, membershipsOfUser, membersOfRoom, setMember } from './members.ts'
import { insertRoom, roomByNid, roomByRoomId, roomsByNids, setRoomHeads, setRoomSnapshot } from './rooms.ts'
import { insertSlot, slotsOfRoom } from './slots.ts'
import { openTestStore } from './testing/open-store.ts'
import {
  pruneTransactions,
  recentTransactions,
  rememberResponse,
  rememberTransaction,
  transactionOf,
} from './transactions.ts'
import { Users } from './users.ts'

test('a room is found by nid and by id, with its state and its heads', async () => {
  await using store = await openTestStore()
  await store.write((w) => {
    insertRoom(w, { nid: 1, roomId: '!a', version: '12', isPublic: false })
    insertRoom(w, { nid: 2, roomId: '!b', version: '10', isPublic: true })
    setRoomSnapshot(w, 1, 44)
    setRoomHeads(w, 1, [7, 8])
  })
  const room = { nid: 1, roomId: '!a', version: '12', snapshot: 44, heads: '[7,8]', isPublic: 0 }
  assert.deepEqual(await roomByNid(store.read, 1), room)
  assert.deepEqual(await roomByRoomId(store.read, '!a'), room)
  assert.equal(await roomByRoomId(store.read, '!c'), undefined)
  await store.write((w) => setRoomHeads(w, 1, undefined))
  assert.deepEqual(
    (await roomsByNids(store.read, [1, 2, 3])).map(({ heads, isPublic }) => [heads, isPublic]),
    [
      [null, 0],
      [null, 1],
    ],
  )
})

test('slots come in order', async () => {
  await using store = await openTestStore()
  await store.write((w) => {
    insertSlot(w, { roomNid: 1, slot: 1, type: 'm.room.member', stateKey: '@a:hs' })
    insertSlot(w, { roomNid: 1, slot: 0, type: 'm.room.create', stateKey: '' })
    insertSlot(w, { roomNid: 2, slot: 0, type: 'm.room.create', stateKey: '' })
  })
  assert.deepEqual(await slotsOfRoom(store.read, 1), [
    { slot: 0, type: 'm.room.create', stateKey: '' },
    { slot: 1, type: 'm.room.member', stateKey: '@a:hs' },
  ])
})

test('a membership is replaced by the next, and a forgotten room is remembered on return', async () => {
  await using store = await openTestStore()
  const users = new Users(store)
  const userNid = await users.intern('@a:hs')
  const change = { roomNid: 1, userNid, membership: 'join', eventNid: 5, position: 5 }
  await store.write((w) => setMember(w, change))
  await store.write((w) => {
    setMember(w, { ...change, membership: 'leave', eventNid: 6, position: 6 })
    forgetRoom(w, 1, userNid)
  })
  const left = { roomNid: 1, userNid, membership: 'leave', eventNid: 6, position: 6, forgotten: 1 }
  assert.deepEqual(await memberOf(store.read, 1, userNid), left)
  assert.deepEqual(await membershipsOfUser(store.read, userNid), [left])
  assert.deepEqual(await membersOfRoom(store.read, 1), [{ ...left, userId: '@a:hs' }])
  await store.write((w) => setMember(w, { ...change, position: 7 }))
  assert.equal((await memberOf(store.read, 1, userNid))?.forgotten, 0)
})

test('aliases point to rooms, move with an upgrade, and go', async () => {
  await using store = await openTestStore()
  await store.write((w) => {
    insertAlias(w, { alias: '#b:hs', roomNid: 1, creatorNid: 3 })
    insertAlias(w, { alias: '#a:hs', roomNid: 1, creatorNid: 3 })
  })
  const aliases = async (roomNid: number) => (await aliasesOfRoom(store.read, roomNid)).map(({ alias }) => alias)
  assert.deepEqual(await aliases(1), ['#a:hs', '#b:hs'])
  await store.write((w) => moveAliases(w, 1, 2))
  assert.deepEqual([await aliases(1), await aliases(2)], [[], ['#a:hs', '#b:hs']])
  await store.write((w) => deleteAlias(w, '#a:hs'))
  assert.equal(await aliasRow(store.read, '#a:hs'), undefined)
  assert.deepEqual(await aliasRow(store.read, '#b:hs'), { alias: '#b:hs', roomNid: 2, creatorNid: 3 })
})

test('the directory is paged from large to small and back, searched, and narrowed by type', async () => {
  await using store = await openTestStore()
  const publish = (roomNid: number, joinedMembers: number, more: { search?: string; roomType?: string } = {}) =>
    store.write((w) =>
      publishRoom(w, { roomNid, joinedMembers, search: '', roomType: undefined, chunk: '{}', ...more }),
    )
  await publish(1, 10, { search: 'Cats 100%' })
  await publish(2, 30, { search: 'Dogs', roomType: 'm.space' })
  await publish(3, 10)
  await publish(4, 20)
  await publish(4, 5)
  const list = async (page: Partial<Parameters<typeof directoryPage>[1]>) =>
    (await directoryPage(store.read, { limit: 10, ...page })).map(({ roomNid }) => roomNid)
  assert.deepEqual(await list({}), [2, 3, 1, 4])
  assert.deepEqual(await list({ after: { joinedMembers: 10, roomNid: 3 }, limit: 1 }), [1])
  assert.deepEqual(await list({ after: { joinedMembers: 10, roomNid: 1 }, backwards: true }), [3, 2])
  assert.deepEqual(await list({ backwards: true, limit: 2 }), [4, 1])
  assert.deepEqual(await list({ search: 'cATS' }), [1])
  assert.deepEqual(await list({ search: '0%' }), [1])
  assert.deepEqual(await list({ search: '%' }), [1])
  assert.deepEqual(await list({ search: '_' }), [])
  assert.deepEqual(await list({ roomTypes: ['m.space'] }), [2])
  assert.deepEqual(await list({ roomTypes: [null] }), [3, 1, 4])
  await store.write((w) => unpublishRoom(w, 2))
  assert.equal(await directorySize(store.read), 3)
})

test('a transaction is known by device, path and id', async () => {
  await using store = await openTestStore()
  const key = { deviceNid: 1, transactionId: 'm1', key: 'send /rooms/!a' }
  await store.write((w) => {
    rememberTransaction(w, key, { nid: 9, ts: 100 })
    rememberTransaction(w, { ...key, key: 'send /rooms/!b' }, { nid: 10, ts: 200 })
    rememberResponse(w, { ...key, deviceNid: 2 }, { response: '{}', ts: 300 })
  })
  assert.equal((await transactionOf(store.read, key))?.eventNid, 9)
  assert.equal((await transactionOf(store.read, { ...key, deviceNid: 2 }))?.response, '{}')
  assert.equal(await transactionOf(store.read, { ...key, transactionId: 'm2' }), undefined)
  const recent = async () =>
    (await recentTransactions(store.read, 1, { since: 0, limit: 5 })).map((row) => row.eventNid)
  assert.deepEqual(await recent(), [10, 9])
  await store.write((w) => pruneTransactions(w, 1, 150))
  assert.deepEqual(await recent(), [10])
})

test('a transaction id whose answer was forgotten may be used again', async () => {
  await using store = await openTestStore()
  const key = { deviceNid: 1, transactionId: 'm1', key: 'send /rooms/!a' }
  await store.write((w) => rememberTransaction(w, key, { nid: 9, ts: 100 }))
  await store.write((w) => rememberTransaction(w, key, { nid: 11, ts: 300 }))
  assert.equal((await transactionOf(store.read, key))?.eventNid, 11)
})
