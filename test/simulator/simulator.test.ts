// That a seed can be replayed. Whether seeds end well is what `npm run simulate` tells, until all of them do.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulation.ts'

test('a seed happens the same way every time', async () => {
  for (const seed of [3, 41]) {
    const [first, second] = [await simulate({ seed, steps: 60 }), await simulate({ seed, steps: 60 })]
    assert.equal(first.digest, second.digest, `seed ${seed}`)
  }
})
