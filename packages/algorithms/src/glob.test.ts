// Globs: whole values, words, and patterns that bring regular expressions to their knees.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compileGlob, containsWords, globLengthMax, matchesWhole, matchesWords } from './glob.ts'

const whole = (pattern: string, text: string): boolean => matchesWhole(compileGlob(pattern), text)
const words = (pattern: string, text: string): boolean => matchesWords(compileGlob(pattern), text)

test('the examples of event_match hold', () => {
  assert.ok(whole('lunc?*', 'Lunch plans'))
  assert.ok(whole('lunc?*', 'LUNCH'))
  assert.ok(!whole('lunc?*', ' lunch'))
  assert.ok(!whole('lunc?*', 'lunc'))
})

test('the examples of content.body hold', () => {
  for (const text of ['An example event.', 'exple', 'An exciting triple-whammy']) assert.ok(words('ex*ple', text), text)
  for (const text of ['exampled', 'hexample', 'ex ampl']) assert.ok(!words('ex*ple', text), text)
})

test('words stand between boundaries', () => {
  for (const text of ['cake', 'CAKE!', 'a (cake)', 'cake-walk', 'é cake é', 'cupcake cake'])
    assert.ok(words('cake', text), text)
  for (const text of ['cakes', 'cupcake', 'cake_walk', '1cake', '']) assert.ok(!words('cake', text), text)
  assert.ok(words('@room', 'hey @room'))
  assert.ok(words('*cake', 'a cupcake'))
  assert.ok(words('cup*', 'a cupcake'))
  assert.ok(containsWords('a*b', 'say A*B now'))
  assert.ok(!containsWords('a*b', 'say axb now'))
  assert.ok(!containsWords('', 'anything'))
})

test('an empty pattern matches the empty value alone', () => {
  assert.ok(whole('', ''))
  assert.ok(!whole('', 'x'))
  assert.ok(whole('*', ''))
  assert.ok(whole('***', 'anything'))
  assert.ok(!whole('?', ''))
})

test('a question mark is one character, astral ones too', () => {
  assert.ok(whole('a?b', 'a\u{1f600}b'))
  assert.ok(!whole('a??b', 'a\u{1f600}b'))
  assert.ok(whole('?*?', 'ab'))
})

test('an overlong pattern matches nothing', () => {
  assert.ok(!whole('a'.repeat(globLengthMax + 1), 'a'.repeat(globLengthMax + 1)))
  assert.ok(whole('a'.repeat(globLengthMax), 'a'.repeat(globLengthMax)))
})

test('patterns made to backtrack take no time', () => {
  const text = 'a'.repeat(60_000)
  const started = process.cpuUsage()
  assert.ok(!whole(`${'a*'.repeat(499)}b`, text))
  assert.ok(!words(`${'*a?'.repeat(300)}b`, text))
  assert.ok(process.cpuUsage(started).user < 2_000_000)
})

const isWord = (character: string | undefined): boolean => character === 'a' || character === 'b'

test('globs match as the plainest definition does', () => {
  const plain = (pattern: string, text: string): boolean => {
    if (pattern === '') return text === ''
    if (pattern[0] === '*') return plain(pattern.slice(1), text) || (text !== '' && plain(pattern, text.slice(1)))
    return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && plain(pattern.slice(1), text.slice(1))
  }
  const letters = fc.array(fc.constantFrom('a', 'b', ' '), { maxLength: 8 }).map((parts) => parts.join(''))
  const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?', ' '), { maxLength: 6 }).map((parts) => parts.join(''))
  const plainWords = (pattern: string, text: string): boolean => {
    const edges = [...text, '']
      .keys()
      .filter((at) => !isWord(text[at - 1]) || !isWord(text[at]))
      .toArray()
    return edges.some((start) => edges.some((end) => start <= end && plain(pattern, text.slice(start, end))))
  }
  fc.assert(
    fc.property(pattern, letters, (pattern, text) => whole(pattern, text) === plain(pattern, text)),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(pattern, letters, (pattern, text) => words(pattern, text) === plainWords(pattern, text)),
    { numRuns: 500 },
  )
})
