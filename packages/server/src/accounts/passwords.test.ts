// Passwords: hashing, verifying, and what is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordCharactersMax, passwordHashesWaitingMax } from '../limits.ts'
import { systemEnvironment } from '../environment.ts'
import { createRateLimits, rates, unlimited } from '../http/rate-limits.ts'
import { createPasswords, passwordCostDefault } from './passwords.ts'

const cheap = { memoryKib: 8, passes: 1, lanes: 1 }
const passwords = createPasswords({ cost: cheap, charactersMin: 1, rateLimits: unlimited })

test('a password matches its own hash and no other', async () => {
  const stored = await passwords.hash('correct horse')
  assert.match(stored, /^\$argon2id\$v=19\$m=8,t=1,p=1\$/)
  assert.equal(await passwords.matches('correct horse', stored, '@a:b'), true)
  assert.equal(await passwords.matches('Correct horse', stored, '@a:b'), false)
})

test('nobody logs in to an account without a password', async () => {
  assert.equal(await passwords.matches('nobody has this password', undefined, '@a:b'), false)
})

test('a hash of another cost is outdated', async () => {
  const stored = await passwords.hash('x')
  assert.equal(passwords.isOutdated(stored), false)
  assert.equal(
    createPasswords({ cost: passwordCostDefault, charactersMin: 1, rateLimits: unlimited }).isOutdated(stored),
    true,
  )
})

test('a password that is too short or too long is refused', () => {
  const strict = createPasswords({ cost: cheap, charactersMin: 8, rateLimits: unlimited })
  assert.throws(() => strict.requireAcceptable('1234567'), { errcode: 'M_WEAK_PASSWORD' })
  assert.throws(() => strict.requireAcceptable('x'.repeat(passwordCharactersMax + 1)), { errcode: 'M_INVALID_PARAM' })
  strict.requireAcceptable('12345678')
})

test('a flood of log-ins is turned away instead of queued without end', async () => {
  const flood = Array.from({ length: passwordHashesWaitingMax + 10 }, () => passwords.hash('x'))
  const refused = (await Promise.allSettled(flood)).filter(({ status }) => status === 'rejected')
  assert.ok(refused.length > 0 && refused.length <= 10)
  assert.match(await passwords.hash('x'), /^\$argon2id/)
})

test('wrong passwords for one account are bounded, right ones are not', async () => {
  const bounded = createPasswords({ cost: cheap, charactersMin: 1, rateLimits: createRateLimits(systemEnvironment) })
  const stored = await bounded.hash('right')
  for (let n = 0; n < rates.wrongPassword.burst * 2; n++)
    assert.equal(await bounded.matches('right', stored, '@a:b'), true)
  for (let n = 0; n < rates.wrongPassword.burst; n++)
    assert.equal(await bounded.matches('wrong', stored, '@a:b'), false)
  await assert.rejects(bounded.matches('right', stored, '@a:b'), { errcode: 'M_LIMIT_EXCEEDED', status: 429 })
  assert.equal(await bounded.matches('right', stored, '@other:b'), true)
})
