// Other servers that repeat, forge and skip what they say of devices; what is cached of them stays right.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonText } from '@myelin/protocol/handlers'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import { queryUserEncryptionKeys } from '@myelin/protocol/server-server/user_keys'
import type { Reply, User } from './testing/api.ts'
import { deviceKeys, SigningUser, syncUntil } from './testing/keys.ts'
import { eventually, Network, type NetworkServer } from './testing/network.ts'
import { RemoteServer } from './testing/remote-server.ts'

let transactions = 0

/** Sends EDUs as the server itself would, whatever they say. */
function tell(from: NetworkServer, to: NetworkServer, ...edus: readonly object[]): Promise<unknown> {
  const body = { edus, origin: from.serverName, origin_server_ts: 1, pdus: [] }
  const input = { path: { txnId: `forged${++transactions}` }, body: new JsonText(JSON.stringify(body)) }
  return from.services.federation.peers.call(to.serverName, sendTransaction, input)
}

const message = (sender: string, message_id: string, messages: object) => ({
  edu_type: 'm.direct_to_device',
  content: { sender, type: 'm.test', message_id, messages },
})

test('a message that comes again is delivered once, and nobody speaks for the users of others', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const alice = await one.user('alice')
  const { next_batch: since } = await alice.sync()
  const to = (n: number) => ({ [alice.userId]: { '*': { n } } })
  await tell(two, one, message('@bob:hs2.test', 'first', to(1)), message('@bob:hs2.test', 'first', to(1)))
  await tell(two, one, message('@bob:hs2.test', 'first', to(1)))
  await tell(two, one, message('@alice:hs1.test', 'forged', to(2)), message('@carol:hs3.test', 'forged', to(3)))
  // What is not as it should be harms nothing that comes with it.
  await tell(
    two,
    one,
    { edu_type: 'm.direct_to_device', content: { sender: 7 } },
    message('@bob:hs2.test', 'last', to(4)),
  )
  const numbers: number[] = []
  await syncUntil(alice, since, ({ to_device }) => {
    numbers.push(...(to_device?.events ?? []).map((event: Reply['body']) => event.content.n))
    return numbers.includes(4)
  })
  assert.deepEqual(numbers, [1, 4])
})

test('a device list of which an update was missed is fetched anew, and forged ones change nothing', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const [alice, bob] = [await one.user('alice'), await two.user('bob')]
  await bob.post('/keys/upload', { device_keys: deviceKeys(bob) })
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
  const devices = async () => {
    const { device_keys } = await alice.post('/keys/query', { device_keys: { [bob.userId]: [] } })
    return Object.keys(device_keys[bob.userId] ?? {}).toSorted()
  }
  await eventually(async () => (String(await devices()) === bob.deviceId ? true : undefined))

  const { next_batch: since } = await alice.sync()
  const phantom = { ...deviceKeys(bob), device_id: 'PHANTOM' }
  const update = (prev_id: number[], stream_id: number, keys: object = phantom) => ({
    edu_type: 'm.device_list_update',
    content: { user_id: bob.userId, device_id: 'PHANTOM', stream_id, prev_id, keys },
  })
  // The update before it is not known: what it says is not taken on trust, the list is asked for.
  await tell(two, one, update([1_000_000], 1_000_001))
  await syncUntil(alice, since, ({ device_lists }) => device_lists?.changed.includes(bob.userId))
  assert.deepEqual(await devices(), [bob.deviceId])

  // A server says nothing of the users of others.
  await assert.doesNotReject(
    tell(two, one, {
      edu_type: 'm.device_list_update',
      content: { user_id: alice.userId, device_id: 'PHANTOM', stream_id: 1, prev_id: [], keys: phantom },
    }),
  )
  assert.deepEqual((await alice.post('/keys/query', { device_keys: { [alice.userId]: [] } })).device_keys, {
    [alice.userId]: {},
  })
})

test('a device that its user signs is shown so, though their server says only that their keys changed', async () => {
  await using net = await Network.create(1, ['far.test'])
  await using far = await RemoteServer.start(net, 'far.test')
  const alice = await net.server(0).user('alice')
  const { userId } = await far.join(net.server(0), await alice.createRoom({ preset: 'public_chat' }))
  const owner = new SigningUser(userId, 1)
  const { master_key, self_signing_key } = owner.upload
  const unsigned = deviceKeys({ userId, deviceId: 'PHONE' })
  let keys: object = unsigned
  far.answers.set('user/keys/query', () => ({
    body: {
      device_keys: { [userId]: { PHONE: keys } },
      master_keys: { [userId]: master_key },
      self_signing_keys: { [userId]: self_signing_key },
    },
  }))
  far.answers.set('user/devices', () => ({
    body: { user_id: userId, stream_id: 1, devices: [{ device_id: 'PHONE', keys }], master_key, self_signing_key },
  }))
  const signers = async () => {
    const { device_keys } = await alice.post('/keys/query', { device_keys: { [userId]: [] } })
    return Object.keys(device_keys[userId].PHONE.signatures[userId]).length
  }
  assert.equal(await signers(), 1)

  keys = owner.signWithSelfSigning(unsigned)
  const edu = { edu_type: 'm.signing_key_update', content: { user_id: userId, master_key, self_signing_key } }
  const transaction = { edus: [edu], origin: far.serverName, origin_server_ts: 1, pdus: [] }
  await far.call(net.server(0), 'PUT', '/_matrix/federation/v1/send/signed', JSON.stringify(transaction))
  await eventually(async () => ((await signers()) === 2 ? true : undefined))
})

test('keys are answered only to servers that sign their questions, and only of local users', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const alice = await one.user('alice')
  await alice.post('/keys/upload', { device_keys: deviceKeys(alice) })
  const { peers } = two.services.federation
  const body = { device_keys: { [alice.userId]: [], '@bob:hs2.test': [] } }
  const answer = await peers.call('hs1.test', queryUserEncryptionKeys, { body })
  assert.deepEqual(Object.keys(answer.device_keys), [alice.userId])
  const response = await fetch(`${one.baseUrl}/_matrix/federation/v1/user/devices/${alice.userId}`)
  assert.equal(response.status, 401)
})

test('a user who is unknown to their server is missing from the answer, and no failure', async () => {
  await using net = await Network.create(2)
  const [alice, bob] = [await net.server(0).user('alice'), await net.server(1).user('bob')]
  const device_keys = { [alice.userId]: [], '@nobody:hs1.test': [], [bob.userId]: [], '@nobody:hs2.test': [] }
  const answer = await alice.post('/keys/query', { device_keys })
  assert.deepEqual(answer.device_keys, { [alice.userId]: {}, [bob.userId]: {} })
  assert.deepEqual(answer.failures, {})
})

test('what is wrong with one key takes nothing else with it that its server says', async () => {
  await using net = await Network.create(1, ['remote.test'])
  await using remote = await RemoteServer.start(net, 'remote.test')
  const alice = await net.server(0).user('alice')
  const [ann, ben, carl] = ['@ann:remote.test', '@ben:remote.test', '@carl:remote.test']
  const keysOf = (userId: string, deviceId: string) => deviceKeys({ userId, deviceId } as User)
  const good = keysOf(ann, 'GOOD')
  const device_keys = {
    [ann]: { GOOD: good, NAMELESS: { ...keysOf(ann, 'NAMELESS'), unsigned: { device_display_name: null } }, BAD: {} },
    [ben]: { GOOD: keysOf(ben, 'GOOD') },
    [carl]: null,
  }
  const master = { user_id: ann, usage: ['master'], keys: { 'ed25519:key': 'key' } }
  const master_keys = { [ann]: master, [ben]: { usage: 'master' } }
  remote.answers.set('user/keys/query', () => ({ body: { device_keys, master_keys, self_signing_keys: null } }))
  const asked = await alice.post('/keys/query', { device_keys: { [ann]: [], [ben]: [], [carl]: [] } })
  assert.deepEqual(asked.failures, {})
  assert.deepEqual(asked.device_keys[ann], { GOOD: good, NAMELESS: keysOf(ann, 'NAMELESS') })
  assert.deepEqual(Object.keys(asked.device_keys[ben]), ['GOOD'])
  assert.deepEqual(asked.master_keys, { [ann]: master })

  const key = { key: 'base64', signatures: { [ann]: { 'ed25519:GOOD': 'signature' } } }
  const one_time_keys = {
    [ann]: { GOOD: { 'signed_curve25519:A': key }, BAD: { 'signed_curve25519:B': 7 } },
    [ben]: null,
  }
  remote.answers.set('user/keys/claim', () => ({ body: { one_time_keys } }))
  const algorithm = 'signed_curve25519'
  const claims = { [ann]: { GOOD: algorithm, BAD: algorithm, NONE: algorithm }, [ben]: { GOOD: algorithm } }
  const claimed = await alice.post('/keys/claim', { one_time_keys: claims })
  assert.deepEqual(claimed, { failures: {}, one_time_keys: { [ann]: { GOOD: { 'signed_curve25519:A': key } } } })
})

test('a change of a device list that cannot be read has the list fetched anew', async () => {
  await using net = await Network.create(1, ['remote.test'])
  await using remote = await RemoteServer.start(net, 'remote.test')
  const alice = await net.server(0).user('alice')
  const userId = '@mallory:remote.test'
  const keysOf = (deviceId: string) => deviceKeys({ userId, deviceId } as User)
  let names = ['FIRST']
  // Either is asked first: the one for a client, the other because the change could not be read.
  remote.answers.set('user/keys/query', () => {
    const devices = Object.fromEntries(names.map((deviceId) => [deviceId, keysOf(deviceId)]))
    return { body: { device_keys: { [userId]: devices } } }
  })
  remote.answers.set('user/devices', () => {
    const devices = names.map((device_id) => ({ device_id, keys: keysOf(device_id) }))
    return { body: { user_id: userId, stream_id: 5, devices: [...devices, { device_id: 'BAD' }, null] } }
  })
  await remote.join(net.server(0), await alice.createRoom({ preset: 'public_chat' }))
  const devices = async () => {
    const { device_keys } = await alice.post('/keys/query', { device_keys: { [userId]: [] } })
    return Object.keys(device_keys[userId] ?? {})
  }
  assert.deepEqual(await devices(), ['FIRST'])
  names = ['FIRST', 'SECOND']
  const content = { user_id: userId, device_id: 'SECOND', stream_id: 6, prev_id: [5], keys: 'none' }
  const edus = JSON.stringify([{ edu_type: 'm.device_list_update', content }])
  const text = `{"edus":${edus},"origin":"remote.test","origin_server_ts":1,"pdus":[]}`
  await remote.call(net.server(0), 'PUT', '/_matrix/federation/v1/send/list', text)
  await eventually(async () => (String(await devices()) === 'FIRST,SECOND' ? true : undefined))
})
