// Devices, deactivation, and tokens for third parties.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deviceSeenIntervalMs, openIdTokenLifetimeMs } from '../limits.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import { openAccounts, operator, origin, user, type TestAccounts } from './testing/open-accounts.ts'

const type = 'm.login.password'
const auth = { type, password: 'secret', user: 'alice' }
const logIn = async ({ accounts }: TestAccounts, device_id: string) => {
  const { access_token } = await accounts.login({ ...auth, device_id }, origin)
  return { ...(await accounts.authenticate(access_token, origin)), token: access_token }
}

describe('devices', () => {
  test('are listed with their names and when they were seen', async () => {
    await using server = await openAccounts()
    await server.accounts.createUser('alice', { password: 'secret' })
    const requester = await logIn(server, 'PHONE')
    await server.accounts.devices.update(requester, 'PHONE', 'Pocket')
    const [device, ...others] = await server.accounts.devices.list(requester)
    assert.deepEqual(others, [])
    assert.equal(device?.device_id, 'PHONE')
    assert.equal(device?.display_name, 'Pocket')
    assert.equal(device?.last_seen_ip, origin.address)
    assert.ok(Math.abs((device?.last_seen_ts ?? 0) - Date.now()) < 10_000)
  })

  test('are seen again when they are used, though not noted at every request', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    server.advance(deviceSeenIntervalMs)
    await server.accounts.authenticate(requester.token, { address: '203.0.113.9', userAgent: undefined })
    await server.accounts[Symbol.asyncDispose]()
    const [device] = await server.accounts.devices.list(requester)
    assert.equal(device?.last_seen_ip, '203.0.113.9')
  })

  test('of others do not exist', async () => {
    await using server = await openAccounts()
    await server.user('alice')
    const bob = await server.user('bob')
    const alices = await logIn(server, 'PHONE')
    const { devices } = server.accounts
    await assert.rejects(devices.get(bob, 'PHONE'), { errcode: 'M_NOT_FOUND', status: 404 })
    await assert.rejects(devices.update(bob, 'PHONE', 'mine'), { errcode: 'M_NOT_FOUND' })
    const bobsPassword = { ...auth, user: 'bob' }
    await devices.delete(bob, ['PHONE'], bobsPassword)
    assert.ok(await devices.get(alices, 'PHONE'))
  })

  test('are deleted with their tokens by whoever knows the password, and leave an entry in the journal', async () => {
    await using server = await openAccounts()
    const requester = await server.user('alice')
    const phone = await logIn(server, 'PHONE')
    const entries: Journaled[] = []
    server.store.onDurable((durable) => entries.push(...durable))
    const { devices } = server.accounts
    await assert.rejects(devices.delete(requester, ['PHONE'], undefined), { status: 401 })
    await devices.delete(requester, ['PHONE', 'UNKNOWN'], auth)
    await assert.rejects(devices.get(requester, 'PHONE'), { errcode: 'M_NOT_FOUND' })
    const authenticate = async () => server.accounts.authenticate(phone.token, origin)
    await assert.rejects(authenticate(), { errcode: 'M_UNKNOWN_TOKEN' })
    assert.deepEqual(
      entries.map(({ kind, user: nid, ref }) => [kind, nid, ref]),
      [[journalKind.deviceList, requester.userNid, phone.deviceNid]],
    )
  })

  test('with impossible IDs or names are refused', async () => {
    await using server = await openAccounts()
    await server.accounts.createUser('alice', { password: 'secret' })
    for (const device_id of ['', 'a\0', 'x'.repeat(256)])
      await assert.rejects(logIn(server, device_id), { errcode: 'M_INVALID_PARAM' })
    const requester = await logIn(server, 'OK')
    await assert.rejects(server.accounts.devices.update(requester, 'OK', 'x'.repeat(257)), {
      errcode: 'M_INVALID_PARAM',
    })
  })
})

describe('deactivation', () => {
  test('ends everything, for good', async () => {
    const left: unknown[] = []
    await using server = await openAccounts({
      hooks: { onDeactivated: async ({ userId, erase }) => void left.push([userId, erase]) },
    })
    const { accounts } = server
    const requester = await server.user('alice')
    await accounts.profiles.setField(
      { requester, userId: requester.userId, field: 'displayname' },
      { displayname: 'Alice' },
    )
    await assert.rejects(accounts.deactivate({ requester, auth: undefined, erase: true }), { status: 401 })
    await accounts.deactivate({ requester, auth, erase: true })
    assert.deepEqual(left, [[user('alice'), true]])
    const authenticate = async () => accounts.authenticate(requester.token, origin)
    await assert.rejects(authenticate(), { errcode: 'M_UNKNOWN_TOKEN' })
    await assert.rejects(accounts.login(auth, origin), { errcode: 'M_USER_DEACTIVATED', status: 403 })
    await assert.rejects(accounts.profiles.get(user('alice')), { errcode: 'M_NOT_FOUND' })
    await assert.rejects(accounts.createUser('alice', {}), { errcode: 'M_USER_IN_USE' })
  })

  test('that a stop has interrupted goes on after the start, once', async () => {
    let isBroken = true
    const left: string[] = []
    await using server = await openAccounts({
      hooks: {
        onDeactivated: async ({ userId }) => {
          if (isBroken) throw new Error('stopped')
          left.push(userId)
        },
      },
    })
    const alice = await server.user('alice')
    await assert.rejects(server.accounts.deactivateUser(user('alice'), { by: alice, erase: false }), {
      errcode: 'M_FORBIDDEN',
    })
    await assert.rejects(server.accounts.deactivateUser(user('alice'), { by: operator, erase: false }), /stopped/)
    assert.equal((await server.accounts.resume()).length, 1)
    isBroken = false
    assert.deepEqual(await server.accounts.resume(), [])
    assert.deepEqual(await server.accounts.resume(), [])
    assert.deepEqual(left, [user('alice')])
  })
})

test('an OpenID token names its owner for an hour', async () => {
  await using server = await openAccounts()
  const requester = await server.user('alice')
  const { openId } = server.accounts
  const token = await openId.createToken({ requester, userId: requester.userId })
  assert.equal(token.token_type, 'Bearer')
  assert.equal(token.matrix_server_name, 'example.org')
  assert.equal(token.expires_in, 3600)
  assert.equal(await openId.owner(token.access_token), user('alice'))
  await assert.rejects(openId.createToken({ requester, userId: user('bob') }), { errcode: 'M_FORBIDDEN' })
  server.advance(openIdTokenLifetimeMs)
  assert.equal(await openId.owner(token.access_token), undefined)
})
