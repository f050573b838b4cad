// End-to-end encryption between servers: keys and their changes, one-time keys, messages to devices, outages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { User, type Reply } from './testing/api.ts'
import { deviceKeys, login, oneTimeKeys, SigningUser, syncUntil } from './testing/keys.ts'
import { eventually, Network, type NetworkServer } from './testing/network.ts'

/** The same session where the server is now: its port changes with every start. */
const again = (user: User, server: NetworkServer): User =>
  new User(server.baseUrl, { user_id: user.userId, access_token: user.token, device_id: user.deviceId })

const names = (user: User, other: User): Promise<string[]> =>
  user
    .post('/keys/query', { device_keys: { [other.userId]: [] } })
    .then(({ device_keys }) => Object.keys(device_keys[other.userId] ?? {}).toSorted())

const isToldOf =
  (user: User) =>
  ({ device_lists }: Reply['body']): boolean =>
    device_lists?.changed.includes(user.userId)

/** Syncs, asking for the other's keys whenever told of them, until they are as expected; returns where the sync is then. */
async function syncUntilSeen(
  user: User,
  since: string,
  { other, isSeen }: { readonly other: User; readonly isSeen: (devices: Reply['body']) => boolean },
): Promise<string> {
  for (let from = since; ;) {
    const { next_batch } = await syncUntil(user, from, isToldOf(other))
    const { device_keys } = await user.post('/keys/query', { device_keys: { [other.userId]: [] } })
    if (isSeen(device_keys[other.userId])) return next_batch
    from = next_batch
  }
}

/** Alice on the first server and Bob on the second, in a room. */
async function together(net: Network) {
  const [one, two] = [net.server(0), net.server(1)]
  const [alice, bob] = [await one.user('alice'), await two.user('bob')]
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(roomId)}?via=${one.serverName}`)
  return { one, two, alice, bob, roomId }
}

test('keys of users of other servers are found, cached, and found anew when they change', async () => {
  await using net = await Network.create(2)
  const { two, alice, bob } = await together(net)
  const signer = new SigningUser(bob.userId, 1)
  await bob.post('/keys/upload', { device_keys: deviceKeys(bob) })
  await bob.post('/keys/device_signing/upload', signer.upload)
  const query = { device_keys: { [bob.userId]: [] } }
  const found = await eventually(async () => {
    const answer = await alice.post('/keys/query', query)
    return answer.device_keys[bob.userId]?.[bob.deviceId] && answer.master_keys[bob.userId] ? answer : undefined
  })
  assert.deepEqual(found.device_keys[bob.userId][bob.deviceId].keys, deviceKeys(bob).keys)
  assert.deepEqual(found.master_keys[bob.userId], signer.upload.master_key)
  assert.deepEqual(found.self_signing_keys[bob.userId], signer.upload.self_signing_key)
  assert.deepEqual(found.user_signing_keys, {})

  const { next_batch: since } = await alice.sync()
  const tablet = await login(two.baseUrl, 'bob', 'TABLET')
  await tablet.post('/keys/upload', { device_keys: deviceKeys(tablet) })
  const later = await syncUntilSeen(alice, since, { other: bob, isSeen: ({ TABLET }) => TABLET })
  const signed = signer.signWithSelfSigning(deviceKeys(tablet))
  await bob.post('/keys/signatures/upload', { [bob.userId]: { TABLET: signed } })
  const isSigned = ({ TABLET }: Reply['body']) =>
    JSON.stringify(TABLET.signatures) === JSON.stringify(signed.signatures)
  const last = await syncUntilSeen(alice, later, { other: bob, isSeen: isSigned })

  await tablet.post('/logout')
  await syncUntilSeen(alice, last, { other: bob, isSeen: ({ TABLET }) => !TABLET })
  // What is current is answered from the cache: Bob's server is not needed for it.
  await two.stop()
  assert.deepEqual(await names(alice, bob), [bob.deviceId])
})

test('keys of a server that cannot be reached are a failure, and nobody waits long for them', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const alice = await one.user('alice')
  await two.stop()
  const asked = { device_keys: { '@bob:hs2.test': [], [alice.userId]: [] }, timeout: 2000 }
  const answer = await alice.post('/keys/query', asked)
  assert.deepEqual(Object.keys(answer.failures), ['hs2.test'])
  assert.deepEqual(answer.device_keys, { [alice.userId]: {} })
  const claims = { one_time_keys: { '@bob:hs2.test': { DEVICE: 'signed_curve25519' } }, timeout: 2000 }
  assert.deepEqual(Object.keys((await alice.post('/keys/claim', claims)).failures), ['hs2.test'])
})

test('a server that is back is asked for keys at once, however long it was to be left alone', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const [alice, bob] = [await one.user('alice'), await two.user('bob')]
  await bob.post('/keys/upload', { device_keys: deviceKeys(bob), one_time_keys: oneTimeKeys('key', 1) })
  await two.stop()
  const { reachability } = one.services.federation
  const leftAlone = { failures: 12, nextTryMs: Date.now() + 3_600_000, lastFailureMs: Date.now(), lastError: 'away' }
  reachability.restore(two.serverName, { ...reachability.standing(two.serverName), ...leftAlone })
  await two.start()
  const body = { one_time_keys: { [bob.userId]: { [bob.deviceId]: 'signed_curve25519' } } }
  const { failures, one_time_keys: keys } = await alice.post('/keys/claim', body)
  assert.deepEqual([failures, Object.keys(keys)], [{}, [bob.userId]])
})

test('one-time keys are given out once to all servers together', async () => {
  await using net = await Network.create(3)
  const bob = await net.server(1).user('bob')
  await bob.post('/keys/upload', { device_keys: deviceKeys(bob), one_time_keys: oneTimeKeys('key', 12) })
  const others = [await net.server(0).user('alice'), await net.server(2).user('carol'), bob]
  const claim = async (user: User) => {
    const body = { one_time_keys: { [bob.userId]: { [bob.deviceId]: 'signed_curve25519' } } }
    return Object.keys((await user.post('/keys/claim', body)).one_time_keys[bob.userId]?.[bob.deviceId] ?? {})
  }
  const claimed = (await Promise.all(Array.from({ length: 15 }, (_, n) => claim(others[n % 3]!)))).flat()
  assert.equal(claimed.length, 12)
  assert.equal(new Set(claimed).size, 12)
})

test('messages for devices go to other servers, to one device or to all of a user', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const [alice, bob] = [await one.user('alice'), await two.user('bob')]
  const tablet = await login(two.baseUrl, 'bob', 'TABLET')
  const [{ next_batch: bobSince }, { next_batch: tabletSince }] = [await bob.sync(), await tablet.sync()]
  await alice.put('/sendToDevice/m.test/1', { messages: { [bob.userId]: { TABLET: { n: 1 } } } })
  await alice.put('/sendToDevice/m.test/2', { messages: { [bob.userId]: { '*': { n: 2 } } } })
  const heard = async (user: User, since: string, count: number) => {
    const numbers: number[] = []
    await syncUntil(user, since, ({ to_device }) => {
      numbers.push(...(to_device?.events ?? []).map((event: Reply['body']) => event.content.n))
      return numbers.length >= count
    })
    return numbers
  }
  assert.deepEqual(await heard(tablet, tabletSince, 2), [1, 2])
  assert.deepEqual(await heard(bob, bobSince, 1), [2])
})

test('a server that was down gets the messages to devices and the changes of devices it missed', async () => {
  await using net = await Network.create(2)
  const { one, two, alice: first, bob: before } = await together(net)
  let alice = first
  await alice.post('/keys/upload', { device_keys: deviceKeys(alice) })
  await eventually(async () => ((await names(before, alice)).length === 1 ? true : undefined))
  const { next_batch: since } = await before.sync()
  await two.stop()
  const tablet = await login(one.baseUrl, 'alice', 'TABLET')
  await tablet.post('/keys/upload', { device_keys: deviceKeys(tablet) })
  const say = (n: number) =>
    alice.put(`/sendToDevice/m.test/${n}`, { messages: { [before.userId]: { [before.deviceId]: { n } } } })
  for (let n = 0; n < 149; n++) await say(n)
  await one.stop()
  await one.start()
  alice = again(alice, one)
  await two.start()
  const bob = again(before, two)
  await say(149)
  const numbers: number[] = []
  let isTold = false
  await syncUntil(bob, since, ({ to_device, device_lists }) => {
    numbers.push(...(to_device?.events ?? []).map((event: Reply['body']) => event.content.n))
    isTold ||= device_lists?.changed.includes(alice.userId) === true
    return numbers.length >= 150 && isTold
  })
  assert.deepEqual(
    numbers,
    Array.from({ length: 150 }, (_, n) => n),
  )
  assert.deepEqual(await names(bob, alice), [alice.deviceId, 'TABLET'].toSorted())
})

test('who comes back to a room after a while away is seen with the devices they have now', async () => {
  await using net = await Network.create(2)
  const { two, alice, bob, roomId } = await together(net)
  await bob.post('/keys/upload', { device_keys: deviceKeys(bob) })
  await eventually(async () => ((await names(alice, bob)).length === 1 ? true : undefined))
  const { next_batch: since } = await alice.sync()
  await bob.post(`/rooms/${encodeURIComponent(roomId)}/leave`)
  const left = await syncUntil(alice, since, ({ device_lists }) => device_lists?.left.includes(bob.userId))
  const tablet = await login(two.baseUrl, 'bob', 'TABLET')
  await tablet.post('/keys/upload', { device_keys: deviceKeys(tablet) })
  await bob.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
  await syncUntil(alice, left.next_batch, isToldOf(bob))
  await eventually(async () => ((await names(alice, bob)).length === 2 ? true : undefined))
})
