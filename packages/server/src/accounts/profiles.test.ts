// Profiles: fields, their limits, and who is told of a change.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { journalKind, type Journaled } from '../store/store.ts'
import { openAccounts, user } from './testing/open-accounts.ts'

describe('a profile', () => {
  test('has the fields its owner has set', async () => {
    await using server = await openAccounts()
    const { profiles } = server.accounts
    const requester = await server.user('alice')
    const set = (field: string, value: unknown) =>
      profiles.setField({ requester, userId: requester.userId, field }, { [field]: value })
    assert.deepEqual(await profiles.get(user('alice')), {})
    await set('displayname', 'Alice ✨')
    await set('avatar_url', 'mxc://example.org/abc')
    await set('m.tz', 'Europe/Berlin')
    await set('org.example.job-title', { lang: ['en', null] })
    assert.deepEqual(await profiles.get(user('alice')), {
      avatar_url: 'mxc://example.org/abc',
      displayname: 'Alice ✨',
      'm.tz': 'Europe/Berlin',
      'org.example.job-title': { lang: ['en', null] },
    })
    assert.deepEqual(await profiles.getField(user('alice'), 'displayname'), { displayname: 'Alice ✨' })
    assert.deepEqual(await profiles.memberFields(user('alice')), {
      displayname: 'Alice ✨',
      avatar_url: 'mxc://example.org/abc',
    })
  })

  test('loses a field by deletion, and a name or avatar by an empty one', async () => {
    await using server = await openAccounts()
    const { profiles } = server.accounts
    const requester = await server.user('alice')
    const change = (field: string) => ({ requester, userId: requester.userId, field })
    await profiles.setField(change('displayname'), { displayname: 'Alice' })
    await profiles.setField(change('m.tz'), { 'm.tz': 'UTC' })
    await profiles.setField(change('displayname'), { displayname: '' })
    await profiles.deleteField(change('m.tz'))
    await profiles.deleteField(change('m.tz'))
    assert.deepEqual(await profiles.get(user('alice')), {})
    await assert.rejects(profiles.getField(user('alice'), 'displayname'), { errcode: 'M_NOT_FOUND' })
  })

  test('of an unknown user is not found', async () => {
    await using server = await openAccounts()
    await assert.rejects(server.accounts.profiles.get(user('nobody')), { errcode: 'M_NOT_FOUND' })
    await assert.rejects(server.accounts.profiles.get('@alice:elsewhere.org'), { errcode: 'M_NOT_FOUND' })
    assert.deepEqual(await server.accounts.profiles.memberFields(user('nobody')), {})
  })

  test('refuses what the specification refuses', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    const cases: [field: string, body: Record<string, unknown>, errcode: string][] = [
      ['displayname', {}, 'M_MISSING_PARAM'],
      ['displayname', { displayname: 7 }, 'M_BAD_JSON'],
      ['displayname', { displayname: null }, 'M_BAD_JSON'],
      ['displayname', { displayname: 'x'.repeat(257) }, 'M_INVALID_PARAM'],
      ['avatar_url', { avatar_url: 'https://example.org/a.png' }, 'M_INVALID_PARAM'],
      ['Not A Key', { 'Not A Key': 1 }, 'M_INVALID_PARAM'],
      ['__proto__', { ['__proto__']: 1 }, 'M_INVALID_PARAM'],
      [`m.${'x'.repeat(254)}`, {}, 'M_KEY_TOO_LARGE'],
      ['m.big', { 'm.big': 'x'.repeat(65_536) }, 'M_PROFILE_TOO_LARGE'],
    ]
    for (const [field, body, errcode] of cases) {
      const attempt = server.accounts.profiles.setField({ requester, userId: requester.userId, field }, body)
      await assert.rejects(attempt, { errcode }, field)
    }
  })

  test('is changed by its owner and by administrators', async () => {
    await using server = await openAccounts()
    const { profiles } = server.accounts
    const alice = await server.user('alice')
    const bob = await server.user('bob')
    const change = { userId: alice.userId, field: 'displayname' }
    const body = { displayname: 'Ally' }
    await assert.rejects(profiles.setField({ ...change, requester: bob }, body), { errcode: 'M_FORBIDDEN' })
    await profiles.setField({ ...change, requester: { ...bob, isAdmin: true } }, body)
    assert.deepEqual(await profiles.get(alice.userId), body)
  })

  test('has a limit that holds for all its fields together', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    const set = (field: string) =>
      server.accounts.profiles.setField({ requester, userId: requester.userId, field }, { [field]: 'x'.repeat(30_000) })
    await set('m.a')
    await set('m.b')
    await assert.rejects(set('m.c'), { errcode: 'M_PROFILE_TOO_LARGE' })
    await set('m.b')
  })
})

test('a name or avatar is told to the rooms whenever it is set, when it is durable; other fields are not', async () => {
  const told: unknown[] = []
  const entries: Journaled[] = []
  await using server = await openAccounts({
    hooks: {
      onProfileChanged: async ({ field, value }) => {
        assert.deepEqual(await server.accounts.profiles.get(user('alice')), { [field]: value })
        told.push([field, value])
      },
    },
  })
  const requester = await server.user('alice')
  server.store.onDurable((durable) => entries.push(...durable))
  const set = (field: string, value: string) =>
    server.accounts.profiles.setField({ requester, userId: requester.userId, field }, { [field]: value })
  await set('displayname', 'Alice')
  await set('displayname', 'Alice')
  await set('m.tz', 'UTC')
  assert.deepEqual(told, [
    ['displayname', 'Alice'],
    ['displayname', 'Alice'],
  ])
  const kinds = entries.map(({ kind, user: nid }) => [kind, nid])
  assert.deepEqual(kinds, [
    [journalKind.profile, requester.userNid],
    [journalKind.profile, requester.userNid],
  ])
})
