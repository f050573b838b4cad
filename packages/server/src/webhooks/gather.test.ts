// What a batch of deliveries comes to: the parts of a pipeline are one story, everything else keeps its place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Story } from '@myelin/notifier/story'
import type { DeliveryRow } from '../store/webhook-deliveries.ts'
import { gather } from './gather.ts'

const row = (nid: number, ...stories: readonly Story[]): DeliveryRow => ({
  ...{ nid, hookNid: 1, deliveryId: `d${nid}`, vendor: 'GitHub', receivedTs: nid, attempts: 0, result: '' },
  ...{ state: 'waiting', stories: JSON.stringify(stories) },
})
const words = (text: string): Story => ({ kind: 'words', words: { text } })
const job = (name: string, at: number): Story => ({
  kind: 'pipeline',
  report: { key: 'run/1', status: 'running', jobs: [{ name, status: 'passed', at }] },
})

test('jobs that were delivered one by one are told together, where the first of them stood', () => {
  const gathered = gather([row(1, job('lint', 1)), row(2, words('hello')), row(3, job('unit', 2))])
  assert.deepEqual(
    gathered.map(({ story, from, place }) => [story.kind, from, place]),
    [
      ['pipeline', [1, 3], 0],
      ['words', [2], 0],
    ],
  )
  const [first] = gathered
  assert.ok(first?.story.kind === 'pipeline')
  assert.deepEqual(
    first.story.report.jobs.map(({ name }) => name),
    ['lint', 'unit'],
  )
})

test('the same words twice are two stories, each with a name of its own', () => {
  const gathered = gather([row(1, words('again'), words('again')), row(2, words('again'))])
  assert.deepEqual(
    gathered.map(({ from, place }) => `${from[0]}/${place}`),
    ['1/0', '1/1', '2/0'],
  )
})
