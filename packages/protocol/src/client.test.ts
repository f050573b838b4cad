// The typed client against a server made of the same definitions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as kicking from './client-server/kicking.ts'
import * as login from './client-server/login.ts'
import * as logout from './client-server/logout.ts'
import * as refresh from './client-server/refresh.ts'
import * as roomSend from './client-server/room_send.ts'
import * as whoami from './client-server/whoami.ts'
import { client } from './client.ts'
import { Connection } from './client/connection.ts'
import type { ConnectionOptions } from './client/connection.ts'
import { SharedLogin } from './client/shared-login.ts'
import { MatrixError } from './errors.ts'
import { createFetchHandler } from './fetch-handler.ts'
import { parse } from './schema.ts'
import { EventId, UserId } from './identifiers.ts'

const alice = parse(UserId, '@alice:a.b')

/** A small homeserver: it remembers what it was asked, and can be told to refuse. */
const homeserver = () => {
  const seen = {
    log: [] as string[],
    underWay: 0,
    underWayMost: 0,
    tokens: new Set(['first']),
    refusals: [] as MatrixError[],
    gate: Promise.resolve(),
  }
  const handle = createFetchHandler(
    { kicking, login, logout, refresh, roomSend, whoami },
    {
      services: seen,
      user: async (token) => {
        if (!seen.tokens.has(token))
          throw new MatrixError('M_UNKNOWN_TOKEN', 'Not known', { fields: { soft_logout: true } })
        return { token }
      },
      server: async ({ origin }) => origin,
    },
    {
      kicking: {
        kick: async ({ log }, { path, body }) => {
          log.push(`kick ${path.roomId} ${body.user_id} ${body.reason ?? ''}`)
          return {}
        },
      },
      login: {
        getLoginFlows: async () => ({ flows: [] }),
        login: async ({ log, tokens }, { body }) => {
          log.push(`login ${body.identifier?.user ?? ''}`)
          if (body.password !== 'right') throw new MatrixError('M_FORBIDDEN', 'Wrong password')
          tokens.add('shared')
          return { user_id: alice, access_token: 'shared', device_id: 'D' }
        },
      },
      logout: {
        logout: async ({ log, tokens }, { requester }) => {
          log.push('logout')
          tokens.delete(requester.token)
          return {}
        },
        logout_all: async () => ({}),
      },
      refresh: {
        refresh: async ({ log, tokens }, { body }) => {
          log.push(`refresh ${body.refresh_token}`)
          tokens.add('second')
          return { access_token: 'second', refresh_token: 'r2' }
        },
      },
      roomSend: {
        sendMessage: async ({ log, refusals }, { path, body }) => {
          const refusal = refusals.shift()
          if (refusal) throw refusal
          log.push(`${path.eventType} ${path.txnId} ${JSON.stringify(body)}`)
          return { event_id: parse(EventId, '$e') }
        },
      },
      whoami: {
        getTokenOwner: async (seen) => {
          seen.underWayMost = Math.max(seen.underWayMost, ++seen.underWay)
          await seen.gate
          seen.underWay--
          return { user_id: alice }
        },
      },
    },
  )
  const options: ConnectionOptions = { accessToken: 'first', fetch: (url, init) => handle(new Request(url, init)) }
  return { seen, options }
}

const limited = (retryAfter: string) =>
  new MatrixError('M_LIMIT_EXCEEDED', 'Slow down', { headers: { 'retry-after': retryAfter } })
const refusedWith = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode
const message = {
  roomId: '!r/1:a.b',
  eventType: 'm.room.message',
  txnId: 't1',
  body: { msgtype: 'm.text', roomId: 'mine' },
}

const askWhoIAm = (connection: Connection) => connection.call(whoami.getTokenOwner)

test('path parameters and body fields are given side by side', async () => {
  const { seen, options } = homeserver()
  await client('https://a.b/', options).kick({ roomId: '!r:a.b', user_id: '@bob:a.b', reason: 'spam' })
  assert.deepEqual(seen.log, ['kick !r:a.b @bob:a.b spam'])
})

test('an open body is given whole', async () => {
  const { seen, options } = homeserver()
  const { event_id } = await client('https://a.b', options).sendMessage(message)
  assert.equal(event_id, '$e')
  assert.deepEqual(seen.log, ['m.room.message t1 {"msgtype":"m.text","roomId":"mine"}'])
})

test('a refusal is a MatrixError with code, status and further fields', async () => {
  const { options } = homeserver()
  const matrix = client('https://a.b', { ...options, accessToken: 'wrong' })
  await assert.rejects(
    matrix.getTokenOwner(),
    (error) =>
      error instanceof MatrixError &&
      error.errcode === 'M_UNKNOWN_TOKEN' &&
      error.status === 401 &&
      error.fields['soft_logout'] === true,
  )
})

test('a server that cannot be reached is M_CONNECTION_FAILED with its cause', async () => {
  const matrix = client('http://127.0.0.1:1')
  await assert.rejects(
    matrix.getVersions(),
    (error) => refusedWith('M_CONNECTION_FAILED')(error) && error instanceof Error && error.cause !== undefined,
  )
})

test('a rate limit is waited out as the server asks', async () => {
  const { seen, options } = homeserver()
  seen.refusals.push(limited('0'), limited('0'))
  await client('https://a.b', options).sendMessage(message)
  assert.equal(seen.log.length, 1)
})

test('rate limits are not waited out for ever, nor for too long', async () => {
  const { seen, options } = homeserver()
  seen.refusals.push(limited('0'), limited('0'), limited('0'))
  const matrix = client('https://a.b', { ...options, rateLimitRetriesMax: 2, rateLimitWaitMaxMs: 1000 })
  await assert.rejects(matrix.sendMessage(message), refusedWith('M_LIMIT_EXCEEDED'))
  seen.refusals.push(limited('3600'))
  await assert.rejects(matrix.sendMessage(message), refusedWith('M_LIMIT_EXCEEDED'))
})

test('an expired token is renewed once for all requests that need it', async () => {
  const { seen, options } = homeserver()
  seen.tokens.clear()
  const kept: string[] = []
  const matrix = client('https://a.b', {
    ...options,
    refreshToken: 'r1',
    onTokens: ({ accessToken, refreshToken }) => kept.push(`${accessToken} ${refreshToken}`),
  })
  await Promise.all([matrix.getTokenOwner(), matrix.getTokenOwner(), matrix.getTokenOwner()])
  assert.deepEqual(seen.log, ['refresh r1'])
  assert.deepEqual(kept, ['second r2'])
  assert.equal(matrix.connection.accessToken, 'second')
})

test('no more requests are under way at once than allowed', async () => {
  const { seen, options } = homeserver()
  const matrix = client('https://a.b', { ...options, connectionsMax: 3 })
  await Promise.all(Array.from({ length: 10 }, () => matrix.getTokenOwner()))
  assert.equal(seen.underWayMost, 3)
})

test('a call that waits for its turn can be called off', async () => {
  const { seen, options } = homeserver()
  const { promise, resolve: open } = Promise.withResolvers<void>()
  seen.gate = promise
  const matrix = client('https://a.b', { ...options, connectionsMax: 1 })
  const first = matrix.getTokenOwner()
  const caller = new AbortController()
  const second = matrix.getTokenOwner({}, { signal: caller.signal })
  caller.abort(new Error('enough'))
  await assert.rejects(second, /enough/)
  open()
  await first
  assert.equal(seen.underWayMost, 1)
})

test('a wait for a rate limit can be called off', async () => {
  const { seen, options } = homeserver()
  seen.refusals.push(limited('50'))
  const caller = new AbortController()
  const sending = client('https://a.b', options).sendMessage(message, { signal: caller.signal })
  setImmediate(() => caller.abort(new Error('enough')))
  await assert.rejects(sending, /enough/)
})

test('who shares a login logs in once and out once', async () => {
  const { seen, options } = homeserver()
  const shared = new SharedLogin('https://a.b', { user: 'alice', password: 'right' }, options)
  const owners = await Promise.all([shared.use(askWhoIAm), shared.use(askWhoIAm), shared.use(askWhoIAm)])
  assert.deepEqual(
    owners.map(({ user_id }) => user_id),
    [alice, alice, alice],
  )
  assert.deepEqual(seen.log, ['login alice', 'logout'])
  await shared.use(askWhoIAm)
  assert.deepEqual(seen.log, ['login alice', 'logout', 'login alice', 'logout'])
})

test('a login that fails can be tried again', async () => {
  const { seen, options } = homeserver()
  const shared = new SharedLogin('https://a.b', { user: 'alice', password: 'wrong' }, options)
  for (let attempt = 0; attempt < 2; attempt++) await assert.rejects(shared.use(askWhoIAm), refusedWith('M_FORBIDDEN'))
  assert.deepEqual(seen.log, ['login alice', 'login alice'])
})

test('a request between servers carries the signature it is given', async () => {
  const { getEvent } = await import('./server-server/events.ts')
  const signed: unknown[] = []
  const headers: unknown[] = []
  const peer = new Connection('https://c.d', {
    signRequest: async (request) => {
      signed.push(request)
      return 'X-Matrix …'
    },
    fetch: async (_url, { headers: sent }) => {
      headers.push(sent)
      return new Response('{"pdus":[]}')
    },
  })
  assert.deepEqual(await peer.call(getEvent, { eventId: '$a/b' }), { pdus: [] })
  assert.deepEqual(signed, [{ method: 'GET', uri: '/_matrix/federation/v1/event/%24a%2Fb' }])
  assert.deepEqual(headers, [{ authorization: 'X-Matrix …' }])
})
