// Registration: who may, under which names, and what a new user gets.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { registrationNonceLifetimeMs } from '../limits.ts'
import { openAccounts, operator, origin, type TestAccounts } from './testing/open-accounts.ts'

const dummy = { type: 'm.login.dummy' }
const register = ({ accounts }: TestAccounts, username?: string, rest: object = {}) =>
  accounts.register({ username, password: 'secret', auth: dummy, origin, ...rest })
const withToken = (token: string) => ({ auth: { type: 'm.login.registration_token', token } })

describe('open registration', () => {
  test('a new user gets a device and a token that knows its owner', async () => {
    await using server = await openAccounts()
    const registered = await register(server, 'alice', { device_id: 'PHONE' })
    assert.equal(registered.user_id, '@alice:example.org')
    assert.equal(registered.device_id, 'PHONE')
    assert.match(registered.access_token ?? '', /^myl_[A-Za-z0-9_-]{43}$/)
    const requester = await server.accounts.authenticate(registered.access_token, origin)
    assert.equal(requester.userId, '@alice:example.org')
    assert.equal(requester.deviceId, 'PHONE')
    assert.equal(requester.isAdmin, false)
  })

  test('a request without auth is told the flows and nothing of an error', async () => {
    await using server = await openAccounts()
    const refusal = await server.accounts.register({ username: 'alice', origin }).catch((error: unknown) => error)
    const body = JSON.parse(JSON.stringify(refusal))
    assert.deepEqual(Object.keys(body).toSorted(), ['flows', 'params', 'session'])
    assert.deepEqual(body.flows, [{ stages: ['m.login.dummy'] }])
    assert.equal((refusal as { status: number }).status, 401)
    const auth = { ...dummy, session: body.session }
    assert.equal((await register(server, 'alice', { auth })).user_id, '@alice:example.org')
  })

  test('capitals become small letters, other characters are refused', async () => {
    await using server = await openAccounts()
    assert.equal((await register(server, 'Al.ice_=-/+1')).user_id, '@al.ice_=-/+1:example.org')
    for (const name of ['', 'a b', 'ä', 'a:b', '@a', 'a\0', 'x'.repeat(250)])
      await assert.rejects(register(server, name), { errcode: 'M_INVALID_USERNAME' }, name)
  })

  test('a taken name is refused before and after authentication, also in capitals', async () => {
    await using server = await openAccounts()
    await register(server, 'alice')
    await assert.rejects(register(server, 'ALICE'), { errcode: 'M_USER_IN_USE' })
    await assert.rejects(server.accounts.register({ username: 'alice', origin }), { errcode: 'M_USER_IN_USE' })
    await assert.rejects(server.accounts.requireAvailable('alice'), { errcode: 'M_USER_IN_USE' })
    assert.equal(await server.accounts.requireAvailable('bob'), '@bob:example.org')
  })

  test('of many who want the same name at once, one gets it', async () => {
    await using server = await openAccounts()
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => register(server, 'alice')))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('without a name the server makes one up', async () => {
    await using server = await openAccounts()
    assert.match((await register(server)).user_id, /^@[a-z0-9]{12}:example\.org$/)
  })

  test('an inhibited log-in gives no token', async () => {
    await using server = await openAccounts()
    assert.deepEqual(await register(server, 'alice', { inhibit_login: true }), { user_id: '@alice:example.org' })
  })

  test('a session makes one account', async () => {
    await using server = await openAccounts()
    const refusal: unknown = await server.accounts.register({ origin }).catch((error: unknown) => error)
    const auth = { ...dummy, session: JSON.parse(JSON.stringify(refusal)).session }
    await register(server, 'alice', { auth })
    await assert.rejects(register(server, 'bob', { auth: { session: auth.session } }), { status: 401 })
  })
})

test('closed registration is closed', async () => {
  await using server = await openAccounts({ config: { registration: 'closed' } })
  await assert.rejects(register(server, 'alice'), { errcode: 'M_FORBIDDEN', status: 403 })
  assert.equal(await server.accounts.createUser('alice', { password: 'x' }), '@alice:example.org')
})

describe('registration by token', () => {
  test('a token makes as many accounts as it may', async () => {
    await using server = await openAccounts({ config: { registration: 'token' } })
    const token = await server.accounts.registrationTokens.add(operator, { usesAllowed: 2 })
    assert.equal(await server.accounts.registrationTokens.isValid(token), true)
    const names = ['a', 'b', 'c', 'd']
    const results = await Promise.allSettled(names.map((name) => register(server, name, withToken(token))))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2)
    assert.equal(await server.accounts.registrationTokens.isValid(token), false)
  })

  test('a wrong or expired token is refused with the flows, and the dummy stage does not help', async () => {
    await using server = await openAccounts({ config: { registration: 'token' } })
    const token = await server.accounts.registrationTokens.add(operator, { expiresMs: Date.now() + 1000 })
    await assert.rejects(register(server, 'a', withToken('wrong')), { errcode: 'M_UNAUTHORIZED', status: 401 })
    await assert.rejects(register(server, 'a'), { status: 401 })
    server.advance(2000)
    await assert.rejects(register(server, 'a', withToken(token)), { errcode: 'M_UNAUTHORIZED' })
  })

  test('tokens are listed and removed by administrators alone', async () => {
    await using server = await openAccounts()
    const { registrationTokens } = server.accounts
    await registrationTokens.add(operator, { token: 'welcome', usesAllowed: 3 })
    await assert.rejects(registrationTokens.add(operator, { token: 'welcome' }), { errcode: 'M_INVALID_PARAM' })
    await assert.rejects(registrationTokens.add(operator, { token: 'not good' }), { errcode: 'M_INVALID_PARAM' })
    const alice = await server.user('alice')
    await assert.rejects(registrationTokens.list(alice), { errcode: 'M_FORBIDDEN' })
    await assert.rejects(registrationTokens.delete(alice, 'welcome'), { errcode: 'M_FORBIDDEN' })
    assert.deepEqual(await registrationTokens.list(operator), [
      { token: 'welcome', usesAllowed: 3, completed: 0, expiresMs: null },
    ])
    await registrationTokens.delete(operator, 'welcome')
    await assert.rejects(registrationTokens.delete(operator, 'welcome'), { errcode: 'M_NOT_FOUND' })
  })
})

describe('guests', () => {
  test('are refused unless they are allowed', async () => {
    await using server = await openAccounts()
    await assert.rejects(register(server, undefined, { kind: 'guest' }), { errcode: 'M_GUEST_ACCESS_FORBIDDEN' })
  })

  test('get an account whose name and device the server chose', async () => {
    await using server = await openAccounts({ config: { guests: true } })
    const guest = await register(server, 'mallory', { kind: 'guest', device_id: 'MINE' })
    assert.doesNotMatch(guest.user_id, /mallory/)
    assert.notEqual(guest.device_id, 'MINE')
    assert.equal((await server.accounts.authenticate(guest.access_token, origin)).isGuest, true)
  })
})

describe('registration with the shared secret', () => {
  const config = { registration: 'closed', registrationSharedSecret: 's3cret' } as const
  const request = (nonce: string, admin: boolean) => {
    const mac = createHmac('sha1', config.registrationSharedSecret)
      .update(`${nonce}\0alice\0pw\0${admin ? 'admin' : 'notadmin'}`)
      .digest('hex')
    return { nonce, username: 'alice', password: 'pw', admin, mac }
  }

  test('makes an administrator for whoever knows the secret, once per nonce', async () => {
    await using server = await openAccounts({ config })
    const { sharedSecret } = server.accounts
    const signed = request(sharedSecret.nonce(), true)
    const { access_token, home_server } = await sharedSecret.register(signed, origin)
    assert.equal(home_server, 'example.org')
    assert.equal((await server.accounts.authenticate(access_token, origin)).isAdmin, true)
    await assert.rejects(sharedSecret.register(signed, origin), { status: 400 })
  })

  test('refuses a wrong signature, a late nonce, and everything without a secret', async () => {
    await using server = await openAccounts({ config })
    const { sharedSecret } = server.accounts
    const forged = { ...request(sharedSecret.nonce(), false), admin: true }
    await assert.rejects(sharedSecret.register(forged, origin), { errcode: 'M_FORBIDDEN' })
    const late = request(sharedSecret.nonce(), false)
    server.advance(registrationNonceLifetimeMs)
    await assert.rejects(sharedSecret.register(late, origin), { status: 400 })
    await using without = await openAccounts()
    assert.throws(() => without.accounts.sharedSecret.nonce(), { status: 400 })
  })
})
