// Which of two keys of a session a backup keeps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBetter } from './backed-up-sessions.ts'

const session = (isVerified: number, firstMessageIndex: number, forwardedCount: number) => ({
  ...{ roomId: '!r:example.org', sessionId: 's', sessionData: '{}' },
  ...{ isVerified, firstMessageIndex, forwardedCount },
})

test('a verified key is better, then one that begins earlier, then one that was forwarded less often', () => {
  const best = [
    session(1, 0, 0),
    session(1, 0, 1),
    session(1, 5, 0),
    session(0, 0, 0),
    session(0, 0, 3),
    session(0, 1, 0),
  ]
  for (const [i, one] of best.entries())
    for (const [j, other] of best.entries()) assert.equal(isBetter(one, other), i < j, `${i} and ${j}`)
})
