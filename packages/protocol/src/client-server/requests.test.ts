// Requests of clients as the definitions take them: what must come through, what is refused and with which words.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EndpointDefinition } from '../endpoint.ts'
import { MatrixError } from '../errors.ts'
import { parseRequest } from '../request.ts'
import { setAccountData } from './account-data.ts'
import { createRoom } from './create_room.ts'
import { defineFilter } from './filter.ts'
import { inviteUser } from './inviting.ts'
import { joinRoom } from './joining.ts'
import { login } from './login.ts'
import { getRoomEvents } from './message_pagination.ts'
import { postReceipt } from './receipts.ts'
import { register } from './registration.ts'
import { setRoomStateWithKey } from './room_state.ts'
import { sync } from './sync.ts'
import { queryUserByProtocol } from './third_party_lookup.ts'
import { setTyping } from './typing.ts'

const room = { roomId: '!tea:garden.example' }

interface Given {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
}

const parse = <const D extends EndpointDefinition>(definition: D, { path = {}, query = '', body }: Given) =>
  parseRequest(definition, { path, query, bodyText: body === undefined ? undefined : JSON.stringify(body) })

const refusal = (definition: EndpointDefinition, given: Given): readonly [string, string] => {
  try {
    parse(definition, given)
  } catch (error) {
    if (error instanceof MatrixError) return [error.errcode, error.message]
    throw error
  }
  return ['accepted', '']
}

describe('bodies', () => {
  test('keep fields nobody knows', () => {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'ada', 'x.y': [1] }, 'x.z': null }
    assert.deepEqual(parse(login, { body }).body, body)
  })

  test('of events and account data may hold anything', () => {
    const body = { '': 1, nested: { deep: [null, true, { 'm.room': 'x' }] } }
    const path = { ...room, eventType: 'x.y', stateKey: '' }
    assert.deepEqual(parse(setRoomStateWithKey, { path, body }).body, body)
    assert.deepEqual(parse(setAccountData, { path: { userId: '@ada:a.b', type: 'x.y' }, body }).body, body)
  })

  test('of a wrong type are refused with the path of the field', () => {
    const [errcode, message] = refusal(createRoom, { body: { invite: ['@bob:a.b', 'bob'] } })
    assert.equal(errcode, 'M_BAD_JSON')
    assert.match(message, /\$\.invite\[1\]/)
  })

  test('that are missing a field are refused', () => {
    assert.equal(refusal(setTyping, { path: { ...room, userId: '@ada:a.b' }, body: {} })[0], 'M_BAD_JSON')
  })

  test('may be left out where nothing is required, as old clients do', () => {
    assert.deepEqual(parse(joinRoom, { path: { roomIdOrAlias: '#tea:garden.example' } }).body, {})
    assert.deepEqual(parse(register, { query: 'kind=guest' }).body, {})
  })

  test('of an invite name a user or a third-party identifier', () => {
    assert.equal(refusal(inviteUser, { path: room, body: { user_id: '@bob:a.b' } })[0], 'accepted')
    const threepid = { id_server: 'id.example', id_access_token: 't', medium: 'email', address: 'bob@a.b' }
    assert.equal(refusal(inviteUser, { path: room, body: threepid })[0], 'accepted')
    assert.equal(refusal(inviteUser, { path: room, body: { reason: 'tea' } })[0], 'M_BAD_JSON')
  })

  test('of a filter are checked in depth', () => {
    const path = { userId: '@ada:a.b' }
    assert.equal(refusal(defineFilter, { path, body: { room: { timeline: { limit: 10 } } } })[0], 'accepted')
    assert.equal(refusal(defineFilter, { path, body: { room: { timeline: { senders: ['x'] } } } })[0], 'M_BAD_JSON')
  })
})

describe('queries', () => {
  test('become numbers, booleans and lists', () => {
    const { query } = parse(sync, { query: 'timeout=30000&full_state=true&set_presence=offline&filter=%7B%7D' })
    assert.deepEqual({ ...query }, { timeout: 30_000, full_state: true, set_presence: 'offline', filter: '{}' })
    const path = { roomIdOrAlias: '!tea:garden.example' }
    assert.deepEqual(parse(joinRoom, { path, query: 'via=a.b&via=c.d%3A1' }).query.via, ['a.b', 'c.d:1'])
  })

  test('without what is required are refused', () => {
    assert.equal(refusal(getRoomEvents, { path: room })[0], 'M_MISSING_PARAM')
    assert.equal(refusal(getRoomEvents, { path: room, query: 'dir=up' })[0], 'M_INVALID_PARAM')
  })

  test('for third-party networks may have fields of any name', () => {
    const { query } = parse(queryUserByProtocol, { path: { protocol: 'irc' }, query: 'nick=ada&network=tea' })
    assert.deepEqual({ ...query }, { nick: 'ada', network: 'tea' })
  })
})

describe('paths', () => {
  test('hold identifiers, or the request is refused', () => {
    assert.equal(refusal(getRoomEvents, { path: { roomId: 'tea' }, query: 'dir=b' })[0], 'M_INVALID_PARAM')
  })

  test('with a receipt type nobody knows are refused', () => {
    const path = { ...room, eventId: '$e' }
    assert.equal(refusal(postReceipt, { path: { ...path, receiptType: 'm.read.private' }, body: {} })[0], 'accepted')
    assert.equal(refusal(postReceipt, { path: { ...path, receiptType: 'x.y' }, body: {} })[0], 'M_INVALID_PARAM')
  })
})
