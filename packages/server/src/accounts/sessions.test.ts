// Log-in sessions: passwords, login tokens, refresh, log-out, restarts.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { accessTokenLifetimeMs, loginTokenLifetimeMs, passwordCharactersMax } from '../limits.ts'
import { accountOf } from '../store/accounts.ts'
import { openAccounts, operator, origin, user, type TestAccounts } from './testing/open-accounts.ts'

const type = 'm.login.password'
const login = ({ accounts }: TestAccounts, name: string, rest: object = {}) =>
  accounts.login(
    { type, identifier: { type: 'm.id.user', user: name } as { type: string }, password: 'secret', ...rest },
    origin,
  )
const isGood = async ({ accounts }: TestAccounts, token: string | undefined) => {
  try {
    return (await accounts.authenticate(token, origin)).userId !== undefined
  } catch {
    return false
  }
}

const makeLoginToken = async (server: TestAccounts) => {
  const requester = await server.user('alice')
  const auth = { type, password: 'secret', identifier: { type: 'm.id.user', user: 'alice' } }
  return (await server.accounts.createLoginToken(requester, auth)).login_token
}

const useLoginToken = ({ accounts }: TestAccounts, token: string) =>
  accounts.login({ type: 'm.login.token', token }, origin)

const openRefreshable = async (server: TestAccounts) => {
  await server.user('alice')
  const { access_token, refresh_token = '', expires_in_ms } = await login(server, 'alice', { refresh_token: true })
  assert.equal(expires_in_ms, accessTokenLifetimeMs)
  return { access_token, refresh_token }
}

const openWithAdmin = async () => {
  const server = await openAccounts()
  await server.accounts.createUser('root', { password: 'secret', admin: true })
  const { access_token } = await login(server, 'root')
  return { server, admin: await server.accounts.authenticate(access_token, origin) }
}

describe('logging in', () => {
  test('works by localpart, by user ID, by the old field, and in capitals', async () => {
    await using server = await openAccounts()
    await server.user('alice')
    for (const name of ['alice', '@alice:example.org', 'Alice'])
      assert.equal((await login(server, name)).user_id, user('alice'))
    const old = await server.accounts.login({ type, user: 'alice', password: 'secret' }, origin)
    assert.equal(old.user_id, user('alice'))
  })

  test('is refused alike for a wrong password, an unknown user, a foreign one and other identifiers', async () => {
    await using server = await openAccounts()
    await server.user('alice')
    const thirdParty = { type: 'm.id.thirdparty', medium: 'email', address: 'a@b.c' }
    const attempts = [
      () => login(server, 'alice', { password: 'wrong' }),
      () => login(server, 'alice', { password: 'x'.repeat(passwordCharactersMax + 1) }),
      () => login(server, 'bob'),
      () => login(server, '@alice:elsewhere.org'),
      () => login(server, '', { identifier: thirdParty }),
    ]
    for (const attempt of attempts) await assert.rejects(attempt, { errcode: 'M_FORBIDDEN', status: 403 })
  })

  test('by an unknown type is refused', async () => {
    await using server = await openAccounts()
    await assert.rejects(server.accounts.login({ type: 'm.login.magic' }, origin), {
      errcode: 'M_UNKNOWN',
      status: 400,
    })
  })

  test('on a device again ends the old session and keeps the name of the device', async () => {
    await using server = await openAccounts()
    await server.user('alice')
    const device_id = 'PHONE'
    const first = await login(server, 'alice', { device_id, initial_device_display_name: 'One' })
    assert.ok(await isGood(server, first.access_token))
    const second = await login(server, 'alice', { device_id, initial_device_display_name: 'Two' })
    assert.equal(await isGood(server, first.access_token), false)
    const requester = await server.accounts.authenticate(second.access_token, origin)
    assert.equal((await server.accounts.devices.get(requester, device_id)).display_name, 'One')
  })

  test('tells where the server is when it knows', async () => {
    await using server = await openAccounts({ config: { publicBaseUrl: 'https://m.example.org' } })
    await server.user('alice')
    assert.deepEqual((await login(server, 'alice')).well_known, {
      'm.homeserver': { base_url: 'https://m.example.org' },
    })
  })

  test('hashes the password anew when the cost has changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'accounts-'))
    {
      await using server = await openAccounts({ folder })
      await server.accounts.createUser('alice', { password: 'secret' })
    }
    const passwordCost = { memoryKib: 16, passes: 1, lanes: 1 }
    {
      await using server = await openAccounts({ folder, config: { passwordCost } })
      await login(server, 'alice')
      const account = await accountOf(server.store.read, user('alice'))
      assert.match(account?.passwordHash ?? '', /^\$argon2id\$v=19\$m=16,/)
      await login(server, 'alice')
    }
    await rm(folder, { recursive: true })
  })
})

describe('a login token', () => {
  test('needs the password to be made', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    await assert.rejects(server.accounts.createLoginToken(requester, undefined), { status: 401 })
    const bob = await server.user('bob', 'other')
    const auth = { type, password: 'secret', identifier: { type: 'm.id.user', user: 'alice' } }
    await assert.rejects(server.accounts.createLoginToken(bob, auth), { errcode: 'M_FORBIDDEN', status: 401 })
  })

  test('logs in once', async () => {
    await using server = await openAccounts()
    const token = await makeLoginToken(server)
    const results = await Promise.allSettled([useLoginToken(server, token), useLoginToken(server, token)])
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  })

  test('is good for a short time', async () => {
    await using server = await openAccounts()
    const token = await makeLoginToken(server)
    server.advance(loginTokenLifetimeMs)
    await assert.rejects(useLoginToken(server, token), { errcode: 'M_FORBIDDEN' })
  })
})

describe('a refreshable session', () => {
  test('expires softly and goes on after a refresh, on the same device', async () => {
    await using server = await openAccounts()
    const old = await openRefreshable(server)
    const before = await server.accounts.authenticate(old.access_token, origin)
    server.advance(accessTokenLifetimeMs)
    const expired = async () => server.accounts.authenticate(old.access_token, origin)
    await assert.rejects(expired(), { errcode: 'M_UNKNOWN_TOKEN', fields: { soft_logout: true } })
    const fresh = await server.accounts.refresh(old.refresh_token)
    assert.notEqual(fresh.refresh_token, old.refresh_token)
    const after = await server.accounts.authenticate(fresh.access_token, origin)
    assert.equal(after.deviceNid, before.deviceNid)
  })

  test('accepts the old refresh token again until the new access token is used', async () => {
    await using server = await openAccounts()
    const old = await openRefreshable(server)
    const lost = await server.accounts.refresh(old.refresh_token)
    const fresh = await server.accounts.refresh(old.refresh_token)
    assert.equal(await isGood(server, lost.access_token), false)
    assert.ok(await isGood(server, old.access_token))
    assert.ok(await isGood(server, fresh.access_token))
    await assert.rejects(server.accounts.refresh(old.refresh_token), { errcode: 'M_UNKNOWN_TOKEN', status: 401 })
    assert.equal(await isGood(server, old.access_token), false)
    assert.ok(await isGood(server, fresh.access_token))
  })

  test('revokes the old refresh token when the new one is used', async () => {
    await using server = await openAccounts()
    const old = await openRefreshable(server)
    const { refresh_token = '' } = await server.accounts.refresh(old.refresh_token)
    const third = await server.accounts.refresh(refresh_token)
    await assert.rejects(server.accounts.refresh(old.refresh_token), { errcode: 'M_UNKNOWN_TOKEN' })
    assert.ok(await isGood(server, third.access_token))
  })

  test('ends at log-out, refresh token included', async () => {
    await using server = await openAccounts()
    const old = await openRefreshable(server)
    await server.accounts.logout(await server.accounts.authenticate(old.access_token, origin))
    await assert.rejects(server.accounts.refresh(old.refresh_token), { errcode: 'M_UNKNOWN_TOKEN' })
  })
})

describe('an access token', () => {
  test('that is missing or unknown is refused', async () => {
    await using server = await openAccounts()
    const authenticate = async (token: string | undefined) => server.accounts.authenticate(token, origin)
    await assert.rejects(authenticate(undefined), { errcode: 'M_MISSING_TOKEN', status: 401 })
    await assert.rejects(authenticate('myl_x'), { errcode: 'M_UNKNOWN_TOKEN', fields: { soft_logout: false } })
  })

  test('ends at log-out; the other devices go on', async () => {
    await using server = await openAccounts()
    const phone = await server.user('alice')
    const laptop = await login(server, 'alice')
    await server.accounts.logout(phone)
    assert.equal(await isGood(server, phone.token), false)
    assert.ok(await isGood(server, laptop.access_token))
    await server.accounts.logoutAll(await server.accounts.authenticate(laptop.access_token, origin))
    assert.equal(await isGood(server, laptop.access_token), false)
  })

  test('is still good after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'accounts-'))
    let token = ''
    {
      await using server = await openAccounts({ folder })
      token = (await server.user('alice')).token
    }
    {
      await using server = await openAccounts({ folder })
      assert.equal((await server.accounts.authenticate(token, origin)).userId, user('alice'))
    }
    await rm(folder, { recursive: true })
  })
})

test('a changed password ends the other sessions and no old password logs in', async () => {
  await using server = await openAccounts()
  const phone = await server.user('alice')
  const laptop = await login(server, 'alice')
  const auth = { type, password: 'secret', user: 'alice' }
  const change = { requester: phone, newPassword: 'better', logoutDevices: true }
  await assert.rejects(server.accounts.changePassword({ ...change, auth: undefined }), { status: 401 })
  await server.accounts.changePassword({ ...change, auth })
  assert.ok(await isGood(server, phone.token))
  assert.equal(await isGood(server, laptop.access_token), false)
  await assert.rejects(login(server, 'alice'), { errcode: 'M_FORBIDDEN' })
  assert.ok(await login(server, 'alice', { password: 'better' }))
})

test('an administrator resets a password, and nobody else', async () => {
  await using server = await openAccounts()
  const alice = await server.user('alice')
  const reset = { newPassword: 'better', logoutDevices: true }
  const { resetPassword } = server.accounts
  await assert.rejects(resetPassword(alice.userId, { ...reset, by: alice }), { errcode: 'M_FORBIDDEN' })
  await assert.rejects(resetPassword(user('nobody'), { ...reset, by: operator }), { errcode: 'M_NOT_FOUND' })
  await resetPassword(alice.userId, { ...reset, by: operator })
  assert.equal(await isGood(server, alice.token), false)
  assert.ok(await login(server, 'alice', { password: 'better' }))
})

describe('moderation', () => {
  test('a locked user may only log out, and is let in again when unlocked', async () => {
    const { server, admin } = await openWithAdmin()
    await using _ = server
    const alice = await server.user('alice')
    const { moderation } = server.accounts
    const authenticate = async (options = {}) => server.accounts.authenticate(alice.token, origin, options)
    await moderation.set(alice.userId, admin, { what: 'locked', to: true })
    await assert.rejects(authenticate(), { errcode: 'M_USER_LOCKED', status: 401, fields: { soft_logout: true } })
    await assert.rejects(login(server, 'alice'), { errcode: 'M_USER_LOCKED' })
    assert.ok(await authenticate({ lockedMayCall: true }))
    await moderation.set(alice.userId, admin, { what: 'locked', to: false })
    assert.ok(await authenticate())
  })

  test('a suspended user is known as such and cannot change the profile', async () => {
    const { server, admin } = await openWithAdmin()
    await using _ = server
    const { accounts } = server
    const alice = await server.user('alice')
    await accounts.moderation.set(alice.userId, admin, { what: 'suspended', to: true })
    assert.deepEqual(await accounts.moderation.get(alice.userId, admin), { locked: false, suspended: true })
    const requester = await accounts.authenticate(alice.token, origin)
    assert.equal(requester.isSuspended, true)
    const change = { requester, userId: alice.userId, field: 'displayname' }
    await assert.rejects(accounts.profiles.setField(change, { displayname: 'x' }), { errcode: 'M_USER_SUSPENDED' })
  })

  test('is for administrators, and not against them', async () => {
    const { server, admin } = await openWithAdmin()
    await using _ = server
    const alice = await server.user('alice')
    const { moderation } = server.accounts
    const lock = { what: 'locked', to: true } as const
    await assert.rejects(moderation.set(admin.userId, alice, lock), { errcode: 'M_FORBIDDEN' })
    await assert.rejects(moderation.set(admin.userId, admin, lock), { errcode: 'M_FORBIDDEN' })
    await assert.rejects(moderation.set(user('nobody'), admin, lock), { errcode: 'M_NOT_FOUND' })
  })
})
