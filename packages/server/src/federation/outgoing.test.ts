// Several parts of the server as one source for the sender.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { journalKind, type Journaled } from '../store/store.ts'
import { combineParts, type OutgoingPart } from './outgoing.ts'

const entry = (kind: Journaled['kind'], position: number): Journaled => ({ kind, position, room: 1, user: 2, ref: 0 })

test('each part is asked about its own kinds of entries, and left alone when there are none', async () => {
  const asked: [name: string, positions: number[]][] = []
  const part = (name: string, ...kinds: OutgoingPart['kinds']): OutgoingPart => ({
    kinds,
    outgoing: async (entries) => {
      asked.push([name, entries.map(({ position }) => position)])
      return entries.map(({ position }) => ({ kind: 'edu', position, destinations: ['a'], key: name, json: name }))
    },
  })
  const pdus = async () => new Map([[1, '{}']])
  const parts = [part('rooms', journalKind.event), part('rest', journalKind.typing, journalKind.event)]
  const source = combineParts([...parts, part('idle', journalKind.receipt)], pdus)
  const outgoing = await source.outgoing([entry(journalKind.event, 1), entry(journalKind.typing, 2)])
  assert.deepEqual(asked, [
    ['rooms', [1]],
    ['rest', [1, 2]],
  ])
  assert.deepEqual(
    outgoing.map(({ position }) => position),
    [1, 1, 2],
  )
  assert.equal(source.pdus, pdus)
})
