// Tokens in memory: bounded, and never older than the last change.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokensRememberedMax } from '../limits.ts'
import { operator } from './testing/open-accounts.ts'
import { TokenCache, type KnownToken } from './token-cache.ts'

const tokenOf = (userNid: number): KnownToken => ({
  requester: { ...operator, userNid },
  expiresMs: undefined,
  isRefreshable: false,
  isLocked: false,
  seenMs: 0,
})

test('a user is forgotten with all tokens, the others are not', () => {
  const cache = new TokenCache()
  cache.add('a', tokenOf(1), cache.generation)
  cache.add('b', tokenOf(1), cache.generation)
  cache.add('c', tokenOf(2), cache.generation)
  cache.forgetUser(1)
  assert.deepEqual(
    ['a', 'b', 'c'].map((hash) => cache.get(hash) !== undefined),
    [false, false, true],
  )
})

test('a token that was read before a change is not remembered after it', () => {
  const cache = new TokenCache()
  const { generation } = cache
  cache.forgetUser(1)
  cache.add('a', tokenOf(1), generation)
  assert.equal(cache.get('a'), undefined)
})

test('the oldest goes when there are too many', () => {
  const cache = new TokenCache()
  for (let n = 0; n <= tokensRememberedMax; n++) cache.add(String(n), tokenOf(n), cache.generation)
  assert.equal(cache.get('0'), undefined)
  assert.ok(cache.get('1') && cache.get(String(tokensRememberedMax)))
})
