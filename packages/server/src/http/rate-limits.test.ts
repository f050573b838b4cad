// Bursts are let through, steady floods are not, and the refusal says how long to wait.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import { systemEnvironment, type Environment } from '../environment.ts'
import { createRateLimits, rates } from './rate-limits.ts'

function clock(): { environment: Environment; advance: (ms: number) => void } {
  let nowMs = 0
  return { environment: { ...systemEnvironment, monotonic: () => nowMs }, advance: (ms) => void (nowMs += ms) }
}

const refusal = (take: () => void): MatrixError => {
  try {
    take()
  } catch (error) {
    assert.ok(error instanceof MatrixError)
    return error
  }
  throw new assert.AssertionError({ message: 'it was let through' })
}

test('a burst passes, what exceeds it is told to wait, and waiting that long is enough', () => {
  const { environment, advance } = clock()
  const limits = createRateLimits(environment)
  for (let n = 0; n < rates.login.burst; n++) limits.take('login', '192.0.2.1')
  const error = refusal(() => limits.take('login', '192.0.2.1'))
  assert.deepEqual([error.errcode, error.status, error.headers['retry-after']], ['M_LIMIT_EXCEEDED', 429, '1'])
  advance(Number(error.fields['retry_after_ms']))
  limits.take('login', '192.0.2.1')
})

test('users, addresses and classes do not share a bucket', () => {
  const { environment } = clock()
  const limits = createRateLimits(environment)
  for (let n = 0; n < rates.login.burst; n++) limits.take('login', '192.0.2.1')
  limits.take('login', '192.0.2.2')
  limits.take('register', '192.0.2.1')
})
