// Answers of other servers: asked for once, for a while.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemEnvironment } from '../environment.ts'
import { rememberedAnswersCharactersMax } from '../federation-limits.ts'
import { RememberedAnswers } from './remembered-answers.ts'

function remembering(answersMax = 2) {
  let now = 0
  const environment = { ...systemEnvironment, monotonic: () => now }
  const answers = new RememberedAnswers({ environment, answersMax, keptMs: 100 })
  let asked = 0
  return { answers, ask: async () => String(++asked), pass: (ms: number) => void (now += ms) }
}

test('who asks at once, or within the time, gets the same answer', async () => {
  const { answers, ask, pass } = remembering()
  assert.deepEqual(await Promise.all([answers.get('a', ask), answers.get('a', ask), answers.get('b', ask)]), [
    '1',
    '1',
    '2',
  ])
  pass(99)
  assert.equal(await answers.get('a', ask), '1')
  pass(1)
  assert.equal(await answers.get('a', ask), '3')
})

test('a failure is told to all who wait, and forgotten', async () => {
  const { answers, ask } = remembering()
  const fail = () => Promise.reject(new Error('no'))
  const waiting = [answers.get('a', fail), answers.get('a', ask)]
  for (const each of waiting) await assert.rejects(each, /no/)
  assert.equal(await answers.get('a', ask), '1')
})

test('no more than so many are remembered', async () => {
  const { answers, ask } = remembering()
  for (const key of ['a', 'b', 'c']) await answers.get(key, ask)
  assert.equal(await answers.get('a', ask), '4')
  assert.equal(await answers.get('c', ask), '3')
})

test('long answers leave room for few others', async () => {
  const { answers, ask } = remembering(100)
  const askLong = async () => 'x'.repeat(rememberedAnswersCharactersMax / 2)
  for (const key of ['a', 'b', 'c']) await answers.get(key, askLong)
  assert.equal(await answers.get('a', ask), '1')
  assert.equal((await answers.get('c', ask)).length, rememberedAnswersCharactersMax / 2)
})

test('what is forgotten takes no more room', async () => {
  const { answers, ask, pass } = remembering(2)
  const askLong = async () => 'x'.repeat(rememberedAnswersCharactersMax)
  for (let times = 0; times < 3; times++) {
    assert.equal((await answers.get('a', askLong)).length, rememberedAnswersCharactersMax)
    pass(100)
  }
  for (const key of ['b', 'c']) await answers.get(key, ask)
  assert.deepEqual([await answers.get('b', ask), await answers.get('c', ask)], ['1', '2'])
})
