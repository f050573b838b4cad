// Which stories a hook wants: what it does not speak of is not narrowed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Story } from '@myelin/notifier/story'
import { durationOf } from './duration.ts'
import { isWanted } from './hook.ts'

const pipeline = (name: string, status: 'passed' | 'failed'): Story => ({
  kind: 'pipeline',
  report: { key: 'run/1', status, ref: { kind: 'branch', name }, jobs: [] },
})
const alert: Story = { kind: 'notice', notice: { kind: 'alert', subject: { name: 'Down' }, doing: 'is firing' } }

test('a hook without wishes wants everything', () => {
  for (const story of [pipeline('main', 'passed'), alert]) assert.equal(isWanted({}, story), true)
})

test('topics, branches and statuses narrow what has them, and nothing else', () => {
  const branches = { branches: ['main', 'release-*'] }
  assert.equal(isWanted(branches, pipeline('release-1', 'passed')), true)
  assert.equal(isWanted(branches, pipeline('try/release-1', 'passed')), false)
  assert.equal(isWanted(branches, alert), true)
  assert.equal(isWanted({ statuses: ['failed'] }, pipeline('main', 'passed')), false)
  assert.equal(isWanted({ statuses: ['failed'] }, alert), true)
  assert.equal(isWanted({ topics: ['alert'] }, pipeline('main', 'failed')), false)
  assert.equal(isWanted({ topics: ['alert'] }, alert), true)
})

test('a hook is silent for minutes, hours or days', () => {
  assert.deepEqual(['30m', '2h', '3d', '2', 'h', '12345d', '-1h', ''].map(durationOf), [
    1_800_000,
    7_200_000,
    259_200_000,
    ...[undefined, undefined, undefined, undefined, undefined],
  ])
})
