// What is remembered of the members a device was told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LazyMembers } from './lazy-members.ts'

test('a member event counts as known once the device comes back with the token of the answer', () => {
  const members = new LazyMembers()
  members.tell(1, 9, { slots: [4], position: 20 })
  assert.ok(members.knows(1, 9, { slot: 4, since: 20 }))
  assert.ok(!members.knows(1, 9, { slot: 4, since: 19 }), 'the answer may have been lost')
  assert.ok(!members.knows(1, 9, { slot: 5, since: 20 }))
  assert.ok(!members.knows(2, 9, { slot: 4, since: 20 }), 'another device')
})

test('an initial sync starts anew', () => {
  const members = new LazyMembers()
  members.tell(1, 9, { slots: [4], position: 20 })
  members.forget(1)
  assert.ok(!members.knows(1, 9, { slot: 4, since: 20 }))
})
