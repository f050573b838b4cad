// Room summaries: heroes, counts and the name made of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heroesOf, roomDisplayName, roomSummary } from './room-summary.ts'

const members = (...list: readonly (readonly [name: string, membership: string, position: number])[]) =>
  list.map(([name, membership, position]) => ({ userId: `@${name}:a`, membership, position }))

test('heroes are the first five joined or invited others', () => {
  const many = members(
    ['g', 'join', 7],
    ['b', 'invite', 2],
    ['me', 'join', 0],
    ['x', 'ban', 1],
    ['f', 'join', 6],
    ['c', 'join', 3],
    ['d', 'join', 4],
    ['e', 'join', 5],
  )
  assert.deepEqual(heroesOf(many, '@me:a'), ['@b:a', '@c:a', '@d:a', '@e:a', '@f:a'])
})

test('where nobody is left heroes are those who were there', () => {
  assert.deepEqual(
    heroesOf(members(['b', 'leave', 2], ['me', 'join', 1], ['c', 'ban', 1], ['k', 'knock', 0]), '@me:a'),
    ['@c:a', '@b:a'],
  )
})

test('counts include the user', () => {
  const summary = roomSummary(
    members(['me', 'join', 1], ['b', 'join', 2], ['c', 'invite', 3], ['d', 'leave', 4]),
    '@me:a',
  )
  assert.deepEqual(summary, { heroes: ['@b:a', '@c:a'], joinedCount: 2, invitedCount: 1 })
})

test('a room is called by its name, its alias, or its heroes', () => {
  const base = { heroes: ['Bob', 'Carol'], joinedCount: 3, invitedCount: 0 }
  assert.equal(roomDisplayName({ ...base, name: { name: 'Tea' }, canonicalAlias: { alias: '#tea:a' } }), 'Tea')
  assert.equal(roomDisplayName({ ...base, name: { name: '' }, canonicalAlias: { alias: '#tea:a' } }), '#tea:a')
  assert.equal(roomDisplayName(base), 'Bob and Carol')
  assert.equal(roomDisplayName({ ...base, heroes: ['Bob'], joinedCount: 2 }), 'Bob')
  assert.equal(roomDisplayName({ ...base, joinedCount: 1003 }), 'Bob, Carol and 1000 others')
  assert.equal(roomDisplayName({ ...base, heroes: ['Bob'], joinedCount: 1 }), 'Empty Room (was Bob)')
  assert.equal(roomDisplayName({ ...base, heroes: [], joinedCount: 1 }), 'Empty Room')
})
