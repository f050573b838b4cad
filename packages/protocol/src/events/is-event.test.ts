// What narrowing an event to its type promises, to the reader and to the compiler.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientEvent } from '../client-server/definitions/client_event.ts'
import type { EventId, RoomId, UserId } from '../identifiers.ts'
import { isEvent } from './is-event.ts'
import { roomMember } from './m.room.member.ts'
import { roomTopic } from './m.room.topic.ts'

const joined: ClientEvent = {
  type: 'm.room.member',
  state_key: '@ada:garden.example',
  sender: '@ada:garden.example' as UserId,
  event_id: '$e' as EventId,
  room_id: '!tea:garden.example' as RoomId,
  origin_server_ts: 1,
  content: { membership: 'join', 'example.garden': 1 },
}

test('an event of the type with a right content is narrowed to it', () => {
  assert.ok(isEvent(roomMember, joined))
  const membership: 'invite' | 'join' | 'knock' | 'leave' | 'ban' = joined.content.membership
  assert.equal(membership, 'join')
  assert.equal(joined.state_key, '@ada:garden.example')
})

test('an event of another type or with a wrong content is not', () => {
  assert.equal(isEvent(roomTopic, joined), false)
  assert.equal(isEvent(roomMember, { ...joined, content: { membership: 'lurk' } }), false)
})
