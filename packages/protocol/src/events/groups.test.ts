// The list of event types is complete, and finds each of them.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eduDefinitionOf, eventDefinitionOf } from './definition-of.ts'
import type { EventDefinition } from './event.ts'
import { eduDefinitions, eventDefinitions } from './groups.ts'

const events: readonly (readonly [string, EventDefinition])[] = Object.entries(eventDefinitions)
const typesIn = (folder: string) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => name.startsWith('m.') && !name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.ts'.length))

describe('the lists', () => {
  test('hold every file of an event type', () => {
    assert.deepEqual(Object.keys(eventDefinitions).toSorted(), typesIn('.').toSorted())
    assert.deepEqual(Object.keys(eduDefinitions).toSorted(), typesIn('edu').toSorted())
  })

  test('name each event after its type', () => {
    for (const [name, { type }] of events) assert.equal(type, name.split('$')[0])
  })

  test('say of state events alone what their state key is', () => {
    for (const [name, { kind, stateKey }] of events) if (stateKey) assert.equal(kind, 'state', name)
  })
})

describe('the definition of an event', () => {
  test('is found by its type', () => {
    assert.equal(eventDefinitionOf('m.room.member'), eventDefinitions['m.room.member'])
  })

  test('is that of the message type where one is known', () => {
    assert.equal(
      eventDefinitionOf('m.room.message', { msgtype: 'm.image' }),
      eventDefinitions['m.room.message$m.image'],
    )
    assert.equal(eventDefinitionOf('m.room.message', { msgtype: 'x.y' }), eventDefinitions['m.room.message'])
    assert.equal(eventDefinitionOf('m.room.message', { msgtype: 7 }), eventDefinitions['m.room.message'])
  })

  test('is undefined for types nobody knows, names of Object.prototype included', () => {
    for (const type of ['example.garden', 'constructor', '__proto__', ''])
      assert.equal(eventDefinitionOf(type), undefined)
  })

  test('of a data unit between servers differs from the client event of that name', () => {
    assert.equal(eduDefinitionOf('m.typing')?.kind, 'edu')
    assert.equal(eventDefinitionOf('m.typing')?.kind, 'ephemeral')
  })
})
