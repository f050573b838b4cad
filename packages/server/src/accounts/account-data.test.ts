// What a user keeps for themselves: account data, tags, filters.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RoomId } from '@myelin/protocol/identifiers'
import { accountDataSince } from '../store/account-data.ts'
import { insertRoom } from '../store/rooms.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import { openAccounts, user, type TestAccounts } from './testing/open-accounts.ts'

const roomId = '!room:example.org' as RoomId

async function addRoom({ store }: TestAccounts): Promise<number> {
  const nid = store.nextNid('rooms')
  await store.write((w) => insertRoom(w, { nid, roomId, version: '12', isPublic: false }))
  return nid
}

describe('account data', () => {
  test('is given back as it was set, per account and per room', async () => {
    await using server = await openAccounts()
    await addRoom(server)
    const { accountData } = server.accounts
    const requester = await server.user('alice')
    const path = { requester, userId: requester.userId, type: 'm.direct' }
    await assert.rejects(accountData.get(path), { errcode: 'M_NOT_FOUND' })
    await accountData.put(path, { '@bob:example.org': ['!r:example.org'], pi: 3.14 })
    await accountData.put({ ...path, roomId }, { here: true })
    assert.deepEqual(JSON.parse(await accountData.get(path)), { '@bob:example.org': ['!r:example.org'], pi: 3.14 })
    assert.equal(await accountData.get({ ...path, roomId }), '{"here":true}')
  })

  test('leaves a numbered entry in the journal at each change', async () => {
    await using server = await openAccounts()
    const room = await addRoom(server)
    const requester = await server.user('alice')
    const entries: Journaled[] = []
    server.store.onDurable((durable) => entries.push(...durable))
    const path = { requester, userId: requester.userId, type: 'a' }
    await server.accounts.accountData.put(path, { n: 1 })
    await server.accounts.accountData.put({ ...path, roomId }, { n: 2 })
    await server.accounts.accountData.put(path, { n: 3 })
    const kind = journalKind.accountData
    assert.deepEqual(
      entries.map(({ kind, room, user: nid }) => ({ kind, room, nid })),
      [0, room, 0].map((room) => ({ kind, room, nid: requester.userNid })),
    )
    const since = await accountDataSince(server.store.read, requester.userNid, entries[1]?.position ?? 0)
    assert.deepEqual(since, [{ roomNid: 0, type: 'a', content: '{"n":3}', position: entries[2]?.position }])
  })

  test('of another user is forbidden', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    const path = { requester, userId: user('bob'), type: 'm.direct' }
    await assert.rejects(server.accounts.accountData.get(path), { errcode: 'M_FORBIDDEN' })
    await assert.rejects(server.accounts.accountData.put(path, {}), { errcode: 'M_FORBIDDEN' })
  })

  test('that the server keeps cannot be set, but be read through whoever keeps it', async () => {
    await using server = await openAccounts({
      hooks: { keptAccountData: async ({ type }) => (type === 'm.push_rules' ? '{"global":{}}' : undefined) },
    })
    const requester = await server.user('alice')
    const path = { requester, userId: requester.userId }
    for (const type of ['m.push_rules', 'm.fully_read'])
      await assert.rejects(server.accounts.accountData.put({ ...path, type }, {}), {
        errcode: 'M_BAD_JSON',
        status: 405,
      })
    assert.equal(await server.accounts.accountData.get({ ...path, type: 'm.push_rules' }), '{"global":{}}')
    await assert.rejects(server.accounts.accountData.get({ ...path, type: 'm.fully_read' }), { errcode: 'M_NOT_FOUND' })
  })

  test('of a room nobody here has seen is not found', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    const path = { requester, userId: requester.userId, type: 'a', roomId }
    await assert.rejects(server.accounts.accountData.put(path, {}), { errcode: 'M_NOT_FOUND' })
    await assert.rejects(server.accounts.accountData.get(path), { errcode: 'M_NOT_FOUND' })
  })

  test('can say that its owner wants no invites', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    const { accountData } = server.accounts
    await accountData.checkInvite(user('alice'))
    const path = { requester, userId: requester.userId, type: 'm.invite_permission_config' }
    await accountData.put(path, { default_action: 'block' })
    await assert.rejects(accountData.checkInvite(user('alice')), { errcode: 'M_INVITE_BLOCKED' })
    await accountData.put(path, {})
    await accountData.checkInvite(user('alice'))
    await accountData.checkInvite('@bob:elsewhere.org')
  })
})

describe('tags', () => {
  test('are set, replaced and removed, and are the m.tag account data of the room', async () => {
    await using server = await openAccounts()
    await addRoom(server)
    const { tags, accountData } = server.accounts
    const requester = await server.user('alice')
    const path = { requester, userId: requester.userId, roomId }
    assert.deepEqual(await tags.get(path), {})
    await Promise.all([tags.set(path, 'u.work', { order: 0.5 }), tags.set(path, 'm.favourite', {})])
    await tags.set(path, 'u.work', { order: 0.7 })
    await tags.set(path, '__proto__', { order: 1 })
    await tags.delete(path, 'm.favourite')
    await tags.delete(path, 'm.favourite')
    const content = '{"tags":{"u.work":{"order":0.7},"__proto__":{"order":1}}}'
    assert.equal(JSON.stringify({ tags: await tags.get(path) }), content)
    assert.equal(await accountData.get({ ...path, type: 'm.tag' }), content)
  })
})

describe('filters', () => {
  test('are given back by their ID, and the same content has the same ID', async () => {
    await using server = await openAccounts()
    const { filters } = server.accounts
    const requester = await server.user('alice')
    const owner = { requester, userId: requester.userId }
    const [one, two] = await Promise.all([
      filters.define(owner, { room: { timeline: { limit: 5 } } }),
      filters.define(owner, { room: { timeline: { limit: 6 } } }),
    ])
    assert.notEqual(one, two)
    assert.equal(await filters.define(owner, { room: { timeline: { limit: 5 } } }), one)
    assert.equal(await filters.get(owner, two), '{"room":{"timeline":{"limit":6}}}')
  })

  test('of others and unknown ones are refused', async () => {
    await using server = await openAccounts()
    const { filters } = server.accounts
    const requester = await server.user('alice')
    await assert.rejects(filters.define({ requester, userId: user('bob') }, {}), { errcode: 'M_FORBIDDEN' })
    for (const id of ['1', 'x', '', '1e9', '99999999999'])
      await assert.rejects(filters.get({ requester, userId: requester.userId }, id), { errcode: 'M_NOT_FOUND' })
  })
})
