// Events cut from their stored text: client format, stripped state, redactions of every age.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonSlices } from './json-slices.ts'
import { RoomEvent, spliceLast } from './room-event.ts'

const event = (pdu: Record<string, unknown>) =>
  new RoomEvent({
    nid: 1,
    roomId: '!room:hs',
    eventId: '$event',
    senderNid: 1,
    ord: 1,
    depth: 1,
    ts: 5,
    snapshot: 1,
    flags: 0,
    notifyCount: 0,
    highlightCount: 0,
    json: JSON.stringify({
      auth_events: ['$a'],
      content: {},
      depth: 3,
      hashes: { sha256: 'x' },
      prev_events: [],
      ...pdu,
    }),
  })

test('top-level values are found whatever they hold', () => {
  const object = { a: 'quote " and \\', b: { c: ['}', ']', '"'] }, d: -12, e: [], f: null, 'g"h': true, i: '\\' }
  const text = JSON.stringify(object)
  const found = Array.from(jsonSlices(text), ([key, [start, end]]) => [key, JSON.parse(text.slice(start, end))])
  assert.deepEqual(Object.fromEntries(found), object)
  assert.equal(jsonSlices('{}').size, 0)
})

test('clients get their fields and no others', () => {
  const content = { body: 'a "b" \\ {', list: [1, { x: '}' }] }
  const found = event({ content, origin_server_ts: 5, room_id: '!other', sender: '@a:hs', signatures: {}, type: 't' })
  const client = { content, event_id: '$event', origin_server_ts: 5, sender: '@a:hs', type: 't' }
  assert.deepEqual(JSON.parse(found.syncJson()), client)
  assert.deepEqual(JSON.parse(found.clientJson()), { ...client, room_id: '!room:hs' })
  assert.equal(found.isState, false)
  const state = event({ content, origin_server_ts: 5, sender: '@a:hs', state_key: '', type: 't' })
  assert.deepEqual(JSON.parse(state.syncJson()), { ...client, state_key: '' })
  assert.deepEqual(JSON.parse(state.strippedJson()), { content, sender: '@a:hs', state_key: '', type: 't' })
  assert.equal(state.isState, true)
})

test('a redaction names its event in both places, wherever its room version has it', () => {
  const both = [{ redacts: '$x' }, { content: { reason: 'r', redacts: '$x' } }]
  for (const fields of both) {
    const found = JSON.parse(event({ sender: '@a:hs', type: 'm.room.redaction', ...fields }).syncJson())
    assert.equal(found.redacts, '$x')
    assert.equal(found.content.redacts, '$x')
  }
})

test('text is spliced into empty and filled objects', () => {
  assert.equal(spliceLast('{}', '"a":1'), '{"a":1}')
  assert.equal(spliceLast('{"b":{}}', '"a":1'), '{"b":{},"a":1}')
})
