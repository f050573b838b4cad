// How contents of others are read: leniently, field by field, without losing what nobody knows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomMember } from './m.room.member.ts'
import { roomMessageImage } from './m.room.message$m.image.ts'
import { roomPowerLevels } from './m.room.power_levels.ts'
import { receipt } from './m.receipt.ts'
import { contentProblem, readContent } from './read-content.ts'

test('a right content is read as it is, unknown fields included', () => {
  const content = { membership: 'join', displayname: 'Ada', 'example.garden': { beds: [1, null] } }
  assert.deepEqual(readContent(roomMember, content), { content, problems: [] })
})

test('a wrong known field is left out and reported with its path, the others stay', () => {
  const { content, problems } = readContent(roomMember, { membership: 'join', displayname: 7, is_direct: true })
  assert.deepEqual(content, { membership: 'join', is_direct: true })
  assert.equal(problems.length, 1)
  assert.equal(problems[0]?.path, '$.displayname')
})

test('a wrong field deep inside is reported with its whole path', () => {
  const { content, problems } = readContent(roomMessageImage, {
    msgtype: 'm.image',
    body: 'tea.png',
    info: { h: 'tall', w: 2 },
  })
  assert.deepEqual(content, { msgtype: 'm.image', body: 'tea.png' })
  assert.equal(problems[0]?.path, '$.info.h')
})

test('a wrong entry of a map is left out, the other entries stay', () => {
  const right = { 'm.read': { '@ada:garden.example': { ts: 1 } } }
  const { content, problems } = readContent(receipt, { '$a:b': right, $c: 7 })
  assert.deepEqual(content, { '$a:b': right })
  assert.equal(problems[0]?.path, '$["$c"]')
})

test('a missing field is no problem to a reader but one to a sender', () => {
  assert.deepEqual(readContent(roomMember, {}), { content: {}, problems: [] })
  assert.equal(contentProblem(roomMember, {})?.path, '$.membership')
})

test('power levels as old rooms have them, in strings, are reported and do not hide the right ones', () => {
  const { content, problems } = readContent(roomPowerLevels, { ban: '50', kick: 50, users: { '@ada:a.b': 100 } })
  assert.deepEqual(content, { kick: 50, users: { '@ada:a.b': 100 } })
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['$.ban'],
  )
})

test('what is no object reads as empty', () => {
  for (const odd of [null, [], 'x', 1, undefined]) assert.deepEqual(readContent(roomMember, odd).content, {})
})

test('a field called __proto__ stays a field', () => {
  const { content } = readContent(roomMember, JSON.parse('{"membership":7,"__proto__":{"polluted":true}}'))
  assert.ok(Object.hasOwn(content, '__proto__'))
  assert.equal('polluted' in {}, false)
  assert.equal(Object.getPrototypeOf(content), Object.prototype)
})

test('the content that was read is not changed', () => {
  const given = Object.freeze({ membership: 'join', displayname: 7 })
  readContent(roomMember, given)
  assert.deepEqual(given, { membership: 'join', displayname: 7 })
})
