// End-to-end encryption on one server, over HTTP: keys, one-time keys, cross-signing, messages to devices, backups.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, type Reply } from './testing/api.ts'
import { deviceKeys, login, oneTimeKeys, SigningUser, syncUntil } from './testing/keys.ts'
import { TestServer } from './testing/server.ts'

const room = (roomId: string) => encodeURIComponent(roomId)

test('what a device uploads others find, with its name, until it is deleted', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  const keys = deviceKeys(alice)
  assert.deepEqual(await alice.post('/keys/upload', { device_keys: keys }), { one_time_key_counts: {} })
  await alice.put(`/devices/${alice.deviceId}`, { display_name: 'phone' })
  const query = { device_keys: { [alice.userId]: [], '@nobody:hs1': [] } }
  const found = await bob.post('/keys/query', query)
  assert.deepEqual(found.device_keys[alice.userId], {
    [alice.deviceId]: { ...keys, unsigned: { device_display_name: 'phone' } },
  })
  assert.deepEqual(found.failures, {})
  assert.deepEqual((await bob.post('/keys/query', { device_keys: { [alice.userId]: ['OTHER'] } })).device_keys, {
    [alice.userId]: {},
  })
  await alice.post('/logout')
  assert.deepEqual((await bob.post('/keys/query', query)).device_keys[alice.userId], {})
})

test('a device uploads its own keys alone', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const other = { ...deviceKeys(alice), device_id: 'OTHER' }
  const refused = await alice.call('/keys/upload', { body: { device_keys: other } })
  assert.deepEqual([refused.status, refused.body.errcode], [400, 'M_INVALID_PARAM'])
})

test('every one-time key is given out once, in the order of the uploads, and then the fallback key', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  const first = oneTimeKeys('first', 20)
  await alice.post('/keys/upload', { device_keys: deviceKeys(alice), one_time_keys: first })
  const later = { one_time_keys: oneTimeKeys('later', 5), fallback_keys: oneTimeKeys('fallback', 1) }
  assert.deepEqual(await alice.post('/keys/upload', later), { one_time_key_counts: { signed_curve25519: 25 } })
  const claim = async () => {
    const body = { one_time_keys: { [alice.userId]: { [alice.deviceId]: 'signed_curve25519' } } }
    return Object.keys((await bob.post('/keys/claim', body)).one_time_keys[alice.userId][alice.deviceId])[0]!
  }
  const early = await Promise.all(Array.from({ length: 20 }, claim))
  assert.deepEqual(early.toSorted(), Object.keys(first).toSorted())
  assert.deepEqual((await alice.sync()).device_unused_fallback_key_types, ['signed_curve25519'])
  const rest = await Promise.all(Array.from({ length: 8 }, claim))
  assert.equal(rest.filter((name) => name.includes('later')).length, 5)
  assert.equal(rest.filter((name) => name.includes('fallback')).length, 3)
  const synced = await alice.sync()
  assert.deepEqual([synced.device_one_time_keys_count, synced.device_unused_fallback_key_types], [{}, []])
  // A client that never got the answer to its upload sends the keys again: they are not given out a second time.
  assert.deepEqual(await alice.post('/keys/upload', { one_time_keys: first }), { one_time_key_counts: {} })
})

test('another key under the name of one that is there is refused', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const keys = oneTimeKeys('key', 1)
  await alice.post('/keys/upload', { one_time_keys: keys })
  await alice.post('/keys/upload', { one_time_keys: keys })
  const [name = ''] = Object.keys(keys)
  const changed = { [name]: { ...keys[name], key: 'another' } }
  const refused = await alice.call('/keys/upload', { body: { one_time_keys: changed } })
  assert.deepEqual([refused.status, refused.body.errcode], [400, 'M_INVALID_PARAM'])
})

test('a device that waits in /sync hears that its keys are being given out', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  await alice.post('/keys/upload', { device_keys: deviceKeys(alice), one_time_keys: oneTimeKeys('key', 2) })
  const { next_batch: since } = await alice.sync()
  const waiting = syncUntil(alice, since, (answer) => answer.device_one_time_keys_count.signed_curve25519 === 1)
  await bob.post('/keys/claim', { one_time_keys: { [alice.userId]: { [alice.deviceId]: 'signed_curve25519' } } })
  await waiting
})

test('a message for a device waits until the device says that it has it, and comes once', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  const { next_batch: since } = await bob.sync()
  const waiting = syncUntil(bob, since, ({ to_device }) => to_device !== undefined)
  const messages = { [bob.userId]: { '*': { n: 1 } } }
  await alice.put('/sendToDevice/m.test/txn1', { messages })
  await alice.put('/sendToDevice/m.test/txn1', { messages })
  const got = await waiting
  const events = [{ content: { n: 1 }, sender: alice.userId, type: 'm.test' }]
  assert.deepEqual(got.to_device.events, events)
  assert.deepEqual((await bob.sync({ since })).to_device.events, events)
  assert.equal((await bob.sync({ since: got.next_batch })).to_device, undefined)
  assert.equal((await bob.sync()).to_device, undefined)
})

test('names that mean something to the program mean nothing in a request', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const odd = await login(server.baseUrl, 'alice', 'constructor')
  const { next_batch: since } = await odd.sync()
  const names = ['__proto__', 'constructor', '@nobody', '@x:not a server']
  const to = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]))
  await alice.put('/sendToDevice/m.test/odd', { messages: { ...to({ '*': {} }), [alice.userId]: { OTHER: {} } } })
  assert.equal((await odd.sync({ since })).to_device, undefined)
  const query = await alice.post('/keys/query', { device_keys: to([]), timeout: 100 })
  assert.deepEqual([query.device_keys, query.failures], [{}, {}])
  const claims = { ...to({ constructor: 'signed_curve25519' }), [alice.userId]: { constructor: 'toString' } }
  const claimed = await alice.post('/keys/claim', { one_time_keys: claims, timeout: 100 })
  assert.deepEqual([claimed.one_time_keys, claimed.failures], [{}, {}])
})

test('many messages come in order, a bounded number in each answer, and none is lost', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  let { next_batch: since } = await bob.sync()
  for (let n = 0; n < 230; n++)
    await alice.put(`/sendToDevice/m.test/${n}`, { messages: { [bob.userId]: { [bob.deviceId]: { n } } } })
  const numbers: number[] = []
  const sizes: number[] = []
  while (numbers.length < 230) {
    const { to_device, next_batch } = await bob.sync({ since, timeout: '5000' })
    sizes.push(to_device.events.length)
    numbers.push(...to_device.events.map((event: Reply['body']) => event.content.n))
    since = next_batch
  }
  assert.deepEqual(sizes, [100, 100, 30])
  assert.deepEqual(
    numbers,
    Array.from({ length: 230 }, (_, n) => n),
  )
  assert.equal((await bob.sync({ since })).to_device, undefined)
})

test('those who share a room hear of changed devices, of who comes and of who leaves', async () => {
  await using server = await TestServer.start()
  const [alice, bob, carol] = [await server.user('alice'), await server.user('bob'), await server.user('carol')]
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const start = await alice.sync()
  let since: string = start.next_batch
  const lists = async () => {
    const answer = await alice.sync({ since, timeout: '20000' })
    since = answer.next_batch
    return answer.device_lists
  }
  await bob.join(roomId)
  assert.deepEqual(await lists(), { changed: [bob.userId], left: [] })
  await carol.post('/keys/upload', { device_keys: deviceKeys(carol) })
  await bob.post('/keys/upload', { device_keys: deviceKeys(bob) })
  assert.deepEqual(await lists(), { changed: [bob.userId], left: [] })
  await bob.put(`/profile/${bob.userId}/displayname`, { displayname: 'Bob' })
  assert.equal(await lists(), undefined)
  await bob.post(`/rooms/${room(roomId)}/leave`)
  assert.deepEqual(await lists(), { changed: [], left: [bob.userId] })
  const { next_batch: to } = await alice.sync()
  const changes = await alice.get(`/keys/changes?from=${start.next_batch}&to=${to}`)
  assert.deepEqual(changes, { changed: [], left: [bob.userId] })
})

test('whoever joins a room hears of everybody in it, whoever leaves, of those they no longer meet', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  const [one, two] = [
    await alice.createRoom({ preset: 'public_chat' }),
    await alice.createRoom({ preset: 'public_chat' }),
  ]
  const { next_batch: before } = await bob.sync()
  await bob.join(one)
  const joined = await bob.sync({ since: before })
  assert.deepEqual(joined.device_lists, { changed: [alice.userId], left: [] })
  await bob.join(two)
  const both = await bob.sync({ since: joined.next_batch })
  await bob.post(`/rooms/${room(one)}/leave`)
  const still = await bob.sync({ since: both.next_batch })
  assert.deepEqual(still.device_lists ?? { changed: [], left: [] }, { changed: [], left: [] })
  await bob.post(`/rooms/${room(two)}/leave`)
  assert.deepEqual((await bob.sync({ since: still.next_batch })).device_lists, { changed: [], left: [alice.userId] })
})

test('cross-signing keys are published without a password the first time, and replaced with one', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  const signer = new SigningUser(alice.userId, 1)
  const missing = await alice.call('/keys/device_signing/upload', {
    body: { self_signing_key: signer.upload.self_signing_key },
  })
  assert.equal(missing.body.errcode, 'M_MISSING_PARAM')
  await alice.post('/keys/device_signing/upload', signer.upload)
  await alice.post('/keys/device_signing/upload', signer.upload)
  const query = { device_keys: { [alice.userId]: [] } }
  const seenByBob = await bob.post('/keys/query', query)
  assert.deepEqual(seenByBob.master_keys[alice.userId], signer.upload.master_key)
  assert.deepEqual(seenByBob.self_signing_keys[alice.userId], signer.upload.self_signing_key)
  assert.deepEqual(seenByBob.user_signing_keys, {})
  assert.deepEqual(
    (await alice.post('/keys/query', query)).user_signing_keys[alice.userId],
    signer.upload.user_signing_key,
  )

  const next = new SigningUser(alice.userId, 2)
  const asked = await alice.call('/keys/device_signing/upload', { body: next.upload })
  assert.equal(asked.status, 401)
  assert.deepEqual(asked.body.flows, [{ stages: ['m.login.password'] }])
  const auth = {
    type: 'm.login.password',
    session: asked.body.session,
    identifier: { type: 'm.id.user', user: 'alice' },
    password: 'alice password',
  }
  await alice.post('/keys/device_signing/upload', { ...next.upload, auth })
  assert.deepEqual((await bob.post('/keys/query', query)).master_keys[alice.userId], next.upload.master_key)

  const forged = { ...next.upload.self_signing_key, signatures: signer.upload.self_signing_key.signatures }
  const refused = await alice.call('/keys/device_signing/upload', { body: { self_signing_key: forged } })
  assert.equal(refused.body.errcode, 'M_INVALID_SIGNATURE')
})

test('signatures are checked, and those on the keys of others are for the signer alone', async () => {
  await using server = await TestServer.start()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  const [a, b] = [new SigningUser(alice.userId, 1), new SigningUser(bob.userId, 2)]
  const keys = deviceKeys(alice)
  await alice.post('/keys/upload', { device_keys: keys })
  await alice.post('/keys/device_signing/upload', a.upload)
  await bob.post('/keys/device_signing/upload', b.upload)
  const device = a.signWithSelfSigning(keys)
  const master = a.signWithUserSigning(b.upload.master_key)
  const wrong = b.signWithSelfSigning(keys)
  assert.deepEqual(
    await alice.post('/keys/signatures/upload', {
      [alice.userId]: { [alice.deviceId]: device },
      [bob.userId]: { [b.masterKey]: master },
    }),
    { failures: {} },
  )
  const failed = await alice.post('/keys/signatures/upload', {
    [alice.userId]: { [alice.deviceId]: wrong, OTHER: { ...keys, device_id: 'OTHER' } },
  })
  assert.equal(failed.failures[alice.userId][alice.deviceId].errcode, 'M_INVALID_SIGNATURE')
  assert.equal(failed.failures[alice.userId].OTHER.errcode, 'M_NOT_FOUND')
  const query = { device_keys: { [alice.userId]: [], [bob.userId]: [] } }
  const [seenByAlice, seenByBob] = [await alice.post('/keys/query', query), await bob.post('/keys/query', query)]
  assert.deepEqual(seenByBob.device_keys[alice.userId][alice.deviceId].signatures, device.signatures)
  assert.equal(seenByBob.master_keys[bob.userId].signatures, undefined)
  assert.deepEqual(seenByAlice.master_keys[bob.userId].signatures, master.signatures)
  // The device uploads its keys again, as clients do: what others signed stays.
  await alice.post('/keys/upload', { device_keys: keys })
  const again = await bob.post('/keys/query', query)
  assert.deepEqual(again.device_keys[alice.userId][alice.deviceId].signatures, device.signatures)
})

test('a device that is called like a cross-signing key gets no keys, nor does such a key get published', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const signer = new SigningUser(alice.userId, 1)
  const twin = await login(server.baseUrl, 'alice', signer.masterKey)
  const refused = await alice.call('/keys/device_signing/upload', { body: signer.upload })
  assert.deepEqual([refused.status, refused.body.errcode], [403, 'M_FORBIDDEN'])
  await twin.post('/logout')
  await alice.post('/keys/device_signing/upload', signer.upload)
  const again = await login(server.baseUrl, 'alice', signer.masterKey)
  assert.equal((await again.call('/keys/upload', { body: { device_keys: deviceKeys(again) } })).status, 403)
})

const session = (first_message_index: number, is_verified = false, forwarded_count = 0) => ({
  ...{ first_message_index, forwarded_count, is_verified },
  session_data: { ciphertext: `${first_message_index} ${is_verified} ${forwarded_count}` },
})
const algorithm = 'm.megolm_backup.v1.curve25519-aes-sha2'

test('a key backup keeps the best key of each session', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  assert.equal((await alice.call('/room_keys/version')).status, 404)
  const { version } = await alice.post('/room_keys/version', { algorithm, auth_data: { public_key: 'k' } })
  const put = (sessions: object) => alice.put(`/room_keys/keys/!r:hs1?version=${version}`, { sessions })
  assert.deepEqual(await put({ one: session(5), two: session(1, true) }), { etag: '1', count: 2 })
  assert.deepEqual(await put({ one: session(7), two: session(0) }), { etag: '1', count: 2 })
  assert.deepEqual(await put({ one: session(3), two: session(1, true, 1) }), { etag: '2', count: 2 })
  assert.deepEqual(await alice.get(`/room_keys/keys/!r:hs1/one?version=${version}`), session(3))
  const whole = { rooms: { '!r:hs1': { sessions: { one: session(3), two: session(1, true) } } } }
  assert.deepEqual(await alice.get(`/room_keys/keys?version=${version}`), whole)
  assert.deepEqual(await alice.get(`/room_keys/keys/!other:hs1?version=${version}`), { sessions: {} })
  const described = { algorithm, auth_data: { public_key: 'k' }, count: 2, etag: '2', version }
  assert.deepEqual(await alice.get('/room_keys/version'), described)
  const gone = await alice.call(`/room_keys/keys/!r:hs1/one?version=${version}`, { method: 'DELETE' })
  assert.deepEqual(gone.body, { etag: '3', count: 1 })
  assert.equal((await alice.call(`/room_keys/keys/!r:hs1/one?version=${version}`)).body.errcode, 'M_NOT_FOUND')
  const rest = await alice.call(`/room_keys/keys?version=${version}`, { method: 'DELETE' })
  assert.deepEqual(rest.body, { etag: '4', count: 0 })
  assert.deepEqual(await alice.get(`/room_keys/keys?version=${version}`), { rooms: {} })
})

test('only the newest backup is written to, and a deleted one is gone', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const make = async () => (await alice.post('/room_keys/version', { algorithm, auth_data: {} })).version
  const [one, two] = [await make(), await make()]
  const wrong = await alice.call(`/room_keys/keys/!r:hs1/s?version=${one}`, { method: 'PUT', body: session(1) })
  assert.deepEqual(
    [wrong.status, wrong.body.errcode, wrong.body.current_version],
    [403, 'M_WRONG_ROOM_KEYS_VERSION', two],
  )
  await alice.put(`/room_keys/version/${two}`, { algorithm, auth_data: { changed: true }, version: two })
  assert.deepEqual((await alice.get(`/room_keys/version/${two}`)).auth_data, { changed: true })
  const mismatch = { algorithm, auth_data: {}, version: one }
  assert.equal((await alice.call(`/room_keys/version/${two}`, { method: 'PUT', body: mismatch })).status, 400)
  for (let n = 0; n < 2; n++)
    assert.equal((await alice.call(`/room_keys/version/${two}`, { method: 'DELETE' })).status, 200)
  assert.equal((await alice.get('/room_keys/version')).version, one)
  assert.equal((await alice.call(`/room_keys/version/${two}`)).status, 404)
  assert.equal((await alice.call('/room_keys/version/99', { method: 'DELETE' })).status, 404)
  assert.equal(await make(), '3')
})

test('keys are for those who are logged in', async () => {
  await using server = await TestServer.start()
  const answer = await call(server.baseUrl, '/_matrix/client/v3/keys/query', { body: { device_keys: {} } })
  assert.equal(answer.status, 401)
})
