// What must not compile: each `@ts-expect-error` below fails the type check if the line under it is accepted.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import type * as kicking from './client-server/kicking.ts'
import type * as roomSend from './client-server/room_send.ts'
import { client } from './client.ts'
import type { Client } from './client.ts'
import { clientOf } from './client/client-of.ts'
import { endpoint } from './endpoint.ts'
import type { BodyOf, PathOf, QueryOf, ResponseOf } from './endpoint.ts'
import type { GroupHandlers } from './handlers.ts'
import type { RoomId, UserId } from './identifiers.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const proves = <Claim extends true>(claim?: Claim): void => assert.equal(claim, undefined)

const search = endpoint({
  method: 'POST',
  path: '/rooms/{roomId}/search/{kind}',
  auth: 'user?',
  pathParameters: { kind: Type.Union([Type.Literal('a'), Type.Literal('b')]) },
  query: Type.Object({ limit: Type.Optional(Type.Integer()), since: Type.String() }),
  body: Type.Object({ term: Type.String() }),
  response: Type.Object({ count: Type.Integer() }),
})

test('paths, queries, bodies and responses are inferred from the definition', () => {
  proves<Equal<PathOf<typeof search>, { readonly roomId: string; readonly kind: 'a' | 'b' }>>()
  proves<Equal<QueryOf<typeof search>, { limit?: number; since: string }>>()
  proves<Equal<BodyOf<typeof search>, { term: string }>>()
  proves<Equal<ResponseOf<typeof search>, { count: number }>>()
  proves<Equal<PathOf<typeof kicking.kick>['roomId'], RoomId>>()
  proves<Equal<BodyOf<typeof kicking.kick>['user_id'], UserId>>()
  proves<Equal<BodyOf<typeof kicking.kick>['reason'], string | undefined>>()
})

test('a missing handler, a wrong response or a wrong use of a request does not compile', () => {
  type Handlers<Group> = GroupHandlers<Group, object, { userId: UserId }, string>
  const good: Handlers<typeof kicking> = { kick: async () => ({}) }
  // @ts-expect-error: the handler of `kick` is missing
  const missing: Handlers<typeof kicking> = {}
  // @ts-expect-error: `event_id` is missing in the response
  const poor: Handlers<typeof roomSend> = { sendMessage: async () => ({}) }
  const wrong: Handlers<typeof kicking> = {
    kick: async (_services, { path, body, requester }) => {
      proves<Equal<typeof requester.userId, UserId>>()
      // @ts-expect-error: the path has no such parameter
      assert.ok(path.room_id)
      // @ts-expect-error: the body has no such field
      assert.ok(body.userId)
      return {}
    },
  }
  assert.ok([good, missing, poor, wrong])
})

test('wrong inputs of the client do not compile', () => {
  const { searchRooms } = clientOf({ rooms: { searchRooms: search } }, 'https://a.b')
  const { kick, sendMessage, getVersions }: Client = client('https://a.b')
  const attempts = [
    () => searchRooms({ roomId: '!r', kind: 'a', since: 's', term: 't' }),
    () => kick({ roomId: '!r', user_id: '@a:b.c' }),
    () => sendMessage({ roomId: '!r', eventType: 'm.x', txnId: '1', body: { anything: ['at', 'all'] } }),
    () => getVersions(),
    // @ts-expect-error: path parameter missing
    () => kick({ user_id: '@a:b.c' }),
    // @ts-expect-error: path parameter misspelt
    () => kick({ room_id: '!r', user_id: '@a:b.c' }),
    // @ts-expect-error: wrong body field
    () => kick({ roomId: '!r', user_id: 1 }),
    // @ts-expect-error: required body field missing
    () => kick({ roomId: '!r' }),
    // @ts-expect-error: not one of the kinds
    () => searchRooms({ roomId: '!r', kind: 'c', since: 's', term: 't' }),
    // @ts-expect-error: required query parameter missing
    () => searchRooms({ roomId: '!r', kind: 'a', term: 't' }),
    // @ts-expect-error: the input is required
    () => kick(),
  ]
  assert.equal(attempts.length, 11)
})

test('answers keep their identifiers branded', () => {
  type Answer = Awaited<ReturnType<Client['getTokenOwner']>>
  proves<Equal<Answer['user_id'], UserId>>()
})

test('no public type is any', () => {
  type IsAny<T> = 0 extends 1 & T ? true : false
  proves<Equal<IsAny<Awaited<ReturnType<Client['sync']>>['next_batch']>, false>>()
  proves<Equal<IsAny<Parameters<Client['createRoom']>[0]>, false>>()
})
