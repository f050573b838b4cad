// Which servers must have signed an event, by room version and kind of event.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pdu } from './event.ts'
import { requiredSigners } from './event-signers.ts'
import type { JsonObject } from './json.ts'
import { roomVersions } from './room-version.ts'

const signers = (version: number, type: string, content: JsonObject) => {
  const pdu: Pdu = {
    type,
    content,
    sender: '@a:sender',
    room_id: '!r:room',
    event_id: '$e:event',
    origin_server_ts: 1,
    depth: 1,
    prev_events: [],
    auth_events: [],
    hashes: {},
    signatures: {},
  }
  return requiredSigners(pdu, roomVersions[version - 1] ?? assert.fail())
}

test('the sender’s server signs, until version 2 that of the event id, too', () => {
  for (let version = 1; version <= 12; version++) {
    assert.deepEqual(signers(version, 'm.room.message', {}), version <= 2 ? ['sender', 'event'] : ['sender'])
  }
})

test('restricted joins are signed by the server of who authorised them, from version 8', () => {
  const content = { membership: 'join', join_authorised_via_users_server: '@b:other' }
  assert.deepEqual(signers(7, 'm.room.member', content), ['sender'])
  assert.deepEqual(signers(8, 'm.room.member', content), ['sender', 'other'])
  assert.deepEqual(signers(12, 'm.room.message', content), ['sender'])
})

test('third-party invites need no signature of the sender’s server', () => {
  assert.deepEqual(signers(12, 'm.room.member', { membership: 'invite', third_party_invite: {} }), [])
  assert.deepEqual(signers(12, 'm.room.member', { membership: 'join', third_party_invite: {} }), ['sender'])
  assert.deepEqual(signers(12, 'm.room.member', { membership: 'invite' }), ['sender'])
})
