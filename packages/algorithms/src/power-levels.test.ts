// Power levels: defaults, creators, and how old rooms wrote numbers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { powerLevels, readLevel } from './power-levels.ts'
import { creatorsOf } from './room-creators.ts'
import { type RoomVersionRules, roomVersions } from './room-version.ts'

const rulesOf = (version: number): RoomVersionRules => roomVersions[version - 1] ?? assert.fail()
const levels = (version: number, content?: Parameters<typeof powerLevels>[0]) =>
  powerLevels(content, { rules: rulesOf(version), creators: ['@creator:a'] })

test('a room without power levels has those of the specification', () => {
  const { of, required, notifications, ...scalars } = levels(11)
  assert.deepEqual(scalars, { ban: 50, kick: 50, invite: 0, redact: 50 })
  assert.deepEqual([of('@creator:a'), of('@x:a')], [100, 0])
  assert.deepEqual([required('x', false), required('x', true), notifications('room')], [0, 50, 50])
  assert.equal(levels(12).of('@creator:a'), Infinity)
})

test('what the content leaves out has the same defaults, but for the creator', () => {
  const { of, required, notifications, ...scalars } = levels(11, {})
  assert.deepEqual(scalars, { ban: 50, kick: 50, invite: 0, redact: 50 })
  assert.deepEqual([of('@creator:a'), of('@x:a')], [0, 0])
  assert.deepEqual([required('x', false), required('x', true), notifications('room')], [0, 50, 50])
  assert.equal(levels(12, { users: { '@creator:a': 1 } }).of('@creator:a'), Infinity)
})

test('the content says who has what and what needs what', () => {
  const { of, required, notifications } = levels(11, {
    users: { '@a:a': 7 },
    users_default: 3,
    events: { x: 9 },
    events_default: 1,
    state_default: 2,
    notifications: { room: 20 },
  })
  assert.deepEqual([of('@a:a'), of('@b:a'), of('toString')], [7, 3, 3])
  assert.deepEqual(
    [required('x', true), required('y', true), required('y', false), required('__proto__', false)],
    [9, 2, 1, 1],
  )
  assert.deepEqual([notifications('room'), notifications('other')], [20, 50])
})

const numbers: readonly (readonly [
  value: unknown,
  old: number | undefined,
  v6: number | undefined,
  v10: number | undefined,
])[] = [
  [50, 50, 50, 50],
  [-1, -1, -1, -1],
  [50.57, 50, undefined, undefined],
  [-50.57, -50, undefined, undefined],
  [-0.5, 0, undefined, undefined],
  [5.114698e4, 51_146, undefined, undefined],
  [Infinity, undefined, undefined, undefined],
  [NaN, undefined, undefined, undefined],
  ['100', 100, 100, undefined],
  ['000100', 100, 100, undefined],
  ['+100', 100, 100, undefined],
  ['-100', -100, -100, undefined],
  [' 00100 ', 100, 100, undefined],
  [' -100 ', -100, -100, undefined],
  ['1.5', undefined, undefined, undefined],
  ['1e2', undefined, undefined, undefined],
  ['0x10', undefined, undefined, undefined],
  ['+ 1', undefined, undefined, undefined],
  ['--1', undefined, undefined, undefined],
  ['', undefined, undefined, undefined],
  ['9'.repeat(400), undefined, undefined, undefined],
  [true, undefined, undefined, undefined],
  [null, undefined, undefined, undefined],
  [{}, undefined, undefined, undefined],
]
for (const [value, old, v6, v10] of numbers) {
  test(`${JSON.stringify(value)} is ${old} in old rooms, ${v6} from version 6 and ${v10} from version 10`, () => {
    assert.deepEqual(
      [1, 5, 6, 9, 10, 12].map((version) => readLevel(value, rulesOf(version))),
      [old, old, v6, v6, v10, v10],
    )
  })
}

test('the creators are who the version says', () => {
  const create = { sender: '@a:a', content: { creator: '@b:a', additional_creators: ['@c:a', 'd', 1] } }
  assert.deepEqual(creatorsOf(create, rulesOf(10)), ['@b:a'])
  assert.deepEqual(creatorsOf(create, rulesOf(11)), ['@a:a'])
  assert.deepEqual(creatorsOf(create, rulesOf(12)), ['@a:a', '@c:a'])
})

test('levels of the same content are remembered, for the same version and creators alone', () => {
  const content = { users: { '@a:a': '5' } }
  const creators = ['@creator:a']
  const of = (version: number, creators: readonly string[]) =>
    powerLevels(content, { rules: rulesOf(version), creators })
  assert.equal(of(9, creators), of(9, creators))
  assert.equal(of(9, creators).of('@a:a'), 5)
  assert.equal(of(12, creators).of('@a:a'), 0)
  assert.equal(of(12, ['@a:a']).of('@a:a'), Infinity)
})
