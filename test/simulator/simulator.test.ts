// That some seeds end well, and that a seed can be replayed. `npm run simulate` runs more of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from './report.ts'
import { simulate } from './simulation.ts'

test('all servers agree in the end, and syncs add up', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const outcome = await simulate({ seed })
    assert.deepEqual(outcome.problems, [], report(outcome))
  }
})

test('a seed happens the same way every time', async () => {
  for (const seed of [8, 41]) {
    const [first, second] = [await simulate({ seed, steps: 60 }), await simulate({ seed, steps: 60 })]
    assert.equal(first.digest, second.digest, `seed ${seed}`)
  }
})
