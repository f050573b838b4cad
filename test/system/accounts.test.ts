// Accounts over the wire: what a client sees from registration to deactivation, on every path it may know.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { call, ok, User, type Reply } from './testing/api.ts'
import { TestServer } from './testing/server.ts'

const password = (name: string) => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: name },
  password: `${name} password`,
})
const refused = ({ status, body }: Reply, wantedStatus: number, errcode: string) =>
  assert.deepEqual([status, body.errcode], [wantedStatus, errcode], JSON.stringify(body))

describe('accounts over the wire', () => {
  let server: TestServer
  let secret: string
  const request = (path: string, options = {}) => call(server.baseUrl, path, options)
  const logIn = async (name: string, rest: object = {}) =>
    new User(server.baseUrl, await ok(request('/_matrix/client/v3/login', { body: { ...password(name), ...rest } })))

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'myelin-secret-'))
    secret = 'shared between programs'
    writeFileSync(join(folder, 'secret'), `${secret}\n`)
    server = await TestServer.start({
      registrationSharedSecretFile: join(folder, 'secret'),
      publicBaseUrl: 'https://matrix.example.org',
      delegateTo: 'matrix.example.org:8448',
      supportContact: '@admin:example.org',
    })
    rmSync(folder, { recursive: true })
  })
  after(() => server[Symbol.asyncDispose]())

  test('registration asks for the stages first, then gives a session; old paths work too', async () => {
    for (const [n, prefix] of ['/_matrix/client/v3', '/_matrix/client/r0', '/_matrix/client/unstable'].entries()) {
      const body = { username: `newcomer${n}`, password: 'x' }
      const first = await request(`${prefix}/register?kind=user`, { body })
      assert.equal(first.status, 401)
      assert.deepEqual(Object.keys(first.body).toSorted(), ['flows', 'params', 'session'])
      const auth = { type: 'm.login.dummy', session: first.body.session }
      const { user_id, access_token: token } = await ok(request(`${prefix}/register`, { body: { ...body, auth } }))
      assert.equal(user_id, `@newcomer${n}:hs1`)
      assert.equal((await ok(request(`${prefix}/account/whoami`, { token }))).user_id, user_id)
    }
  })

  test('whoami, log-out, and the token is gone', async () => {
    const alice = await server.user('alice')
    const who = await alice.get('/account/whoami')
    assert.deepEqual(who, { user_id: '@alice:hs1', device_id: alice.deviceId, is_guest: false })
    refused(await request('/_matrix/client/v3/account/whoami'), 401, 'M_MISSING_TOKEN')
    await ok(alice.call('/logout', { method: 'POST' }))
    const gone = await alice.call('/account/whoami')
    refused(gone, 401, 'M_UNKNOWN_TOKEN')
    assert.equal(gone.body.soft_logout, false)
  })

  test('log-in offers passwords and tokens, and says where the server is', async () => {
    await server.user('bob')
    const { flows } = await ok(request('/_matrix/client/v3/login'))
    assert.deepEqual(flows, [{ type: 'm.login.password' }, { type: 'm.login.token', get_login_token: true }])
    const session = await ok(request('/_matrix/client/v3/login', { body: password('bob') }))
    assert.deepEqual(session.well_known, { 'm.homeserver': { base_url: 'https://matrix.example.org' } })
    const wrong = { ...password('bob'), password: 'no' }
    refused(await request('/_matrix/client/v3/login', { body: wrong }), 403, 'M_FORBIDDEN')
    refused(await request('/_matrix/client/v3/login', { body: {} }), 400, 'M_BAD_JSON')
  })

  test('a device is deleted after the password is given, by a request that had no body at first', async () => {
    const carol = await server.user('carol')
    await logIn('carol', { device_id: 'OLD', initial_device_display_name: 'Old phone' })
    assert.equal((await carol.get('/devices/OLD')).display_name, 'Old phone')
    const first = await carol.call('/devices/OLD', { method: 'DELETE' })
    assert.equal(first.status, 401)
    const auth = { ...password('carol'), session: first.body.session }
    await ok(carol.call('/devices/OLD', { method: 'DELETE', body: { auth } }))
    const { devices } = await carol.get('/devices')
    assert.deepEqual(
      devices.map((device: { device_id: string }) => device.device_id),
      [carol.deviceId],
    )
  })

  test('a new client is let in by a login token', async () => {
    const dave = await server.user('dave')
    const path = '/_matrix/client/v1/login/get_token'
    const { token } = dave
    const { login_token } = await ok(request(path, { token, body: { auth: password('dave') } }))
    const body = { type: 'm.login.token', token: login_token }
    assert.equal((await ok(request('/_matrix/client/v3/login', { body }))).user_id, dave.userId)
    refused(await request('/_matrix/client/v3/login', { body }), 403, 'M_FORBIDDEN')
  })

  test('a session is refreshed', async () => {
    await server.user('erin')
    const body = { ...password('erin'), refresh_token: true }
    const session = await ok(request('/_matrix/client/v3/login', { body }))
    assert.ok(session.expires_in_ms > 0)
    const fresh = await ok(request('/_matrix/client/v3/refresh', { body: { refresh_token: session.refresh_token } }))
    assert.equal(
      (await ok(request('/_matrix/client/v3/account/whoami', { token: fresh.access_token }))).device_id,
      session.device_id,
    )
    refused(await request('/_matrix/client/v3/account/whoami', { token: session.access_token }), 401, 'M_UNKNOWN_TOKEN')
  })

  test('profiles, account data, tags, filters', async () => {
    const frank = await server.user('frank')
    const own = `/user/${encodeURIComponent(frank.userId)}`
    await frank.put(`/profile/${frank.userId}/displayname`, { displayname: 'Frank' })
    assert.deepEqual(await ok(request(`/_matrix/client/v3/profile/${frank.userId}`)), { displayname: 'Frank' })
    refused(await frank.call(`/profile/@nobody:hs1`), 404, 'M_NOT_FOUND')
    await frank.put(`${own}/account_data/m.direct`, { '@bob:hs1': [] })
    assert.deepEqual(await frank.get(`${own}/account_data/m.direct`), { '@bob:hs1': [] })
    refused(await frank.call(`${own}/account_data/m.fully_read`, { method: 'PUT', body: {} }), 405, 'M_BAD_JSON')
    const roomId = encodeURIComponent(await frank.createRoom())
    await frank.put(`${own}/rooms/${roomId}/tags/u.work`, { order: 0.25 })
    assert.deepEqual(await frank.get(`${own}/rooms/${roomId}/tags`), { tags: { 'u.work': { order: 0.25 } } })
    const { filter_id } = await frank.post(`${own}/filter`, { room: { timeline: { limit: 3 } } })
    assert.deepEqual(await frank.get(`${own}/filter/${filter_id}`), { room: { timeline: { limit: 3 } } })
    refused(await frank.call(`${own}/filter`, { body: { room: 5 } }), 400, 'M_BAD_JSON')
  })

  test('a changed name reaches the rooms; a deactivated user leaves them', async () => {
    const [grace, heidi] = await Promise.all([server.user('grace'), server.user('heidi')])
    const roomId = await heidi.createRoom({ preset: 'public_chat' })
    await grace.join(roomId)
    await grace.put(`/profile/${grace.userId}/displayname`, { displayname: 'Grace' })
    const member = `/rooms/${encodeURIComponent(roomId)}/state/m.room.member/${grace.userId}`
    const joined = await heidi.get(member)
    assert.deepEqual([joined.membership, joined.displayname], ['join', 'Grace'])
    const body = { auth: password('grace'), erase: false }
    assert.deepEqual(await grace.post('/account/deactivate', body), { id_server_unbind_result: 'no-support' })
    assert.equal((await heidi.get(member)).membership, 'leave')
    refused(await grace.call('/account/whoami'), 401, 'M_UNKNOWN_TOKEN')
    const again = { username: 'grace', auth: { type: 'm.login.dummy' } }
    refused(await request('/_matrix/client/v3/register', { body: again }), 400, 'M_USER_IN_USE')
  })

  test('a program that knows the shared secret makes an administrator, who suspends and locks an account', async () => {
    const path = '/_synapse/admin/v1/register'
    const { nonce } = await ok(request(path))
    const mac = createHmac('sha1', secret).update(`${nonce}\0root\0root password\0admin`).digest('hex')
    const body = { nonce, username: 'root', password: 'root password', admin: true, mac }
    const root = await ok(request(path, { body }))
    assert.equal(root.home_server, 'hs1')
    const ivan = await server.user('ivan')
    const roomId = await ivan.createRoom()
    const suspend = `/_matrix/client/v1/admin/suspend/${encodeURIComponent(ivan.userId)}`
    await ok(request(suspend, { method: 'PUT', token: root.access_token, body: { suspended: true } }))
    refused(await ivan.call('/createRoom', { body: {} }), 403, 'M_USER_SUSPENDED')
    assert.equal((await ivan.get('/account/whoami')).user_id, ivan.userId)
    await ivan.post(`/rooms/${encodeURIComponent(roomId)}/leave`)
    const lock = `/_matrix/client/v1/admin/lock/${encodeURIComponent(ivan.userId)}`
    refused(await request(lock, { method: 'PUT', token: ivan.token, body: { locked: true } }), 403, 'M_FORBIDDEN')
    await ok(request(lock, { method: 'PUT', token: root.access_token, body: { locked: true } }))
    refused(await ivan.call('/account/whoami'), 401, 'M_USER_LOCKED')
    await ok(ivan.call('/logout', { method: 'POST' }))
  })

  test('an OpenID token tells a third party who its owner is', async () => {
    const judy = await server.user('judy')
    const { access_token } = await judy.post(`/user/${encodeURIComponent(judy.userId)}/openid/request_token`)
    const path = '/_matrix/federation/v1/openid/userinfo'
    assert.deepEqual(await ok(request(`${path}?access_token=${access_token}`)), { sub: judy.userId })
    refused(await request(`${path}?access_token=nonsense`), 401, 'M_UNKNOWN_TOKEN')
    refused(await request(path), 401, 'M_MISSING_TOKEN')
  })

  test('versions, capabilities and the well-known files', async () => {
    const { versions } = await ok(request('/_matrix/client/versions'))
    for (const version of ['r0.6.1', 'v1.1', 'v1.13', 'v1.19']) assert.ok(versions.includes(version))
    const { capabilities } = await (await server.user('mallory')).get('/capabilities')
    assert.deepEqual(capabilities['m.room_versions'].default, '12')
    assert.deepEqual(await ok(request('/.well-known/matrix/client')), {
      'm.homeserver': { base_url: 'https://matrix.example.org' },
    })
    assert.deepEqual(await ok(request('/.well-known/matrix/server')), { 'm.server': 'matrix.example.org:8448' })
    assert.deepEqual(await ok(request('/.well-known/matrix/support')), {
      contacts: [{ matrix_id: '@admin:example.org', role: 'm.role.admin' }],
    })
  })
})

test('registration is closed unless it is opened', async () => {
  await using server = await TestServer.start({ registration: 'closed' })
  const body = { username: 'alice', password: 'x', auth: { type: 'm.login.dummy' } }
  refused(await call(server.baseUrl, '/_matrix/client/v3/register', { body }), 403, 'M_FORBIDDEN')
})
