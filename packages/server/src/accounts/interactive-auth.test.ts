// User-interactive authentication: flows, sessions and what binds them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import { systemEnvironment } from '../environment.ts'
import { interactiveSessionLifetimeMs, interactiveSessionsMax } from '../limits.ts'
import { createInteractiveAuth, type AuthDict, type InteractiveCall } from './interactive-auth.ts'

let nowMs = 0
const auth = createInteractiveAuth(
  { ...systemEnvironment, now: () => nowMs },
  {
    first: () => ({}),
    second: ({ answer }) => {
      if (answer !== 42) throw new MatrixError('M_FORBIDDEN', 'Wrong answer')
      return { userId: '@alice:example.org' }
    },
    other: () => ({}),
  },
)
const call: Omit<InteractiveCall, 'auth'> = {
  operation: 'launch',
  userId: '@alice:example.org',
  flows: [['first', 'second'], ['other']],
  parameters: { rocket: 1 },
}
const attempt = (dict: (AuthDict & Record<string, unknown>) | undefined, changes: Partial<InteractiveCall> = {}) =>
  auth.authorize({ ...call, auth: dict, ...changes })

/** The body and status of a refusal. */
async function refusal(attempted: Promise<unknown>): Promise<{ status: number; body: Record<string, unknown> }> {
  const error = await attempted.then(
    () => assert.fail('The call went through'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof MatrixError)
  return { status: error.status, body: JSON.parse(JSON.stringify(error)) }
}
const begin = async () => String((await refusal(attempt(undefined))).body['session'])

test('the stages of a flow lead to success, in order', async () => {
  const session = await begin()
  const halfway = await refusal(attempt({ type: 'first', session }))
  assert.equal(halfway.status, 401)
  assert.deepEqual(halfway.body, {
    flows: [{ stages: ['first', 'second'] }, { stages: ['other'] }],
    params: {},
    session,
    completed: ['first'],
  })
  assert.equal((await attempt({ type: 'second', session, answer: 42 })).userId, '@alice:example.org')
})

test('a stage out of order is refused', async () => {
  const { status, body } = await refusal(attempt({ type: 'second', session: await begin(), answer: 42 }))
  assert.equal(status, 401)
  assert.equal(body['errcode'], 'M_UNRECOGNIZED')
})

test('a stage may be tried without a session', async () => {
  assert.ok(await attempt({ type: 'other' }))
})

test('a failed stage says why and may be tried again', async () => {
  const session = await begin()
  await refusal(attempt({ type: 'first', session }))
  const { status, body } = await refusal(attempt({ type: 'second', session, answer: 41 }))
  assert.equal(status, 401)
  assert.equal(body['errcode'], 'M_FORBIDDEN')
  assert.deepEqual(body['completed'], ['first'])
  assert.ok(await attempt({ type: 'second', session, answer: 42 }))
})

test('an unknown type is refused, also one that every object has', async () => {
  for (const type of ['nonsense', 'constructor', '__proto__'])
    assert.equal((await refusal(attempt({ type }))).status, 401)
})

test('a session cannot be used for another operation, user or body', async () => {
  const session = await begin()
  const others = [{ operation: 'land' }, { userId: '@bob:example.org' }, { parameters: { rocket: 2 } }]
  for (const other of others)
    assert.equal((await refusal(attempt({ type: 'other', session }, other))).body['errcode'], 'M_FORBIDDEN')
  assert.ok(await attempt({ type: 'other', session }))
})

test('a completed session lets the same call through until it ends', async () => {
  const session = await begin()
  await attempt({ type: 'other', session })
  const authorized = await attempt({ session })
  authorized.end()
  assert.notEqual((await refusal(attempt({ session }))).body['session'], session)
})

test('a session that is too old begins anew', async () => {
  const session = await begin()
  await refusal(attempt({ type: 'first', session }))
  nowMs += interactiveSessionLifetimeMs
  const { body } = await refusal(attempt({ session }))
  assert.notEqual(body['session'], session)
  assert.equal(body['completed'], undefined)
})

test('the oldest session goes when there are too many', async () => {
  const oldest = await begin()
  const second = await begin()
  for (let n = 1; n < interactiveSessionsMax; n++) await begin()
  assert.notEqual((await refusal(attempt({ session: oldest }))).body['session'], oldest)
  assert.notEqual((await refusal(attempt({ session: second }))).body['session'], second)
  assert.ok(await attempt({ type: 'other', session: await begin() }))
})
