// What end-to-end encryption needs of two servers: keys asked for and claimed, messages to devices, lists of devices.
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Reply, User } from '../system/testing/api.ts'
import { bothWays } from './testing/pair.ts'
import { joinThrough, seesMembership, until, untilSynced } from './testing/rooms.ts'

type Event = Reply['body']

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** What looks like a key of 32 bytes, in unpadded base64. */
const someKey = (): string =>
  Array.from({ length: 42 }, () => letters[Math.floor(Math.random() * letters.length)]).join('') + 'A'

/** Uploads device keys and one-time keys, as a client does when it begins. */
async function uploadKeys(user: User): Promise<{ deviceKeys: Event; oneTimeKeys: Record<string, Event> }> {
  const { userId, deviceId } = user
  const deviceKeys = {
    ...{ user_id: userId, device_id: deviceId, algorithms: ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'] },
    keys: { [`curve25519:${deviceId}`]: someKey(), [`ed25519:${deviceId}`]: someKey() },
    signatures: { [userId]: { [`ed25519:${deviceId}`]: `${someKey()}${someKey()}` } },
  }
  const signatures = deviceKeys.signatures
  const oneTimeKeys = Object.fromEntries(
    ['AAAAAQ', 'AAAAAg'].map((id) => [`signed_curve25519:${id}`, { key: someKey(), signatures }]),
  )
  const fallback = { 'signed_curve25519:AAAAFB': { key: someKey(), fallback: true, signatures } }
  await user.post('/keys/upload', {
    ...{ device_keys: deviceKeys, one_time_keys: oneTimeKeys, fallback_keys: fallback },
  })
  return { deviceKeys, oneTimeKeys }
}

const devicesOf = async (asker: User, of: User): Promise<Event> =>
  (await asker.post('/keys/query', { device_keys: { [of.userId]: [] } })).device_keys?.[of.userId] ?? {}

/** Claims a key of the user's device; gives the key's ID. */
async function claim(claimer: User, { userId, deviceId }: User): Promise<string[]> {
  const body = { one_time_keys: { [userId]: { [deviceId]: 'signed_curve25519' } } }
  const answer = await claimer.post('/keys/claim', body)
  return Object.keys(answer.one_time_keys[userId]?.[deviceId] ?? {})
}

async function shareRoom(host: User, guest: User, serverName: string): Promise<void> {
  const roomId = await host.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
  })
  await joinThrough(guest, roomId, serverName)
  await seesMembership(host, roomId, { of: guest, is: 'join' })
}

describe('encryption', { concurrency: 4 }, () => {
  bothWays('device keys are asked for', async ({ host, guest, home }) => {
    const { deviceKeys } = await uploadKeys(host)
    const before = await devicesOf(guest, host)
    assert.deepEqual(before[host.deviceId]?.keys, deviceKeys.keys)
    assert.deepEqual(before[host.deviceId].signatures, deviceKeys.signatures)
    await shareRoom(host, guest, home.serverName)
    assert.deepEqual((await devicesOf(guest, host))[host.deviceId].keys, deviceKeys.keys)
  })

  bothWays('one-time keys are claimed once each', async ({ host, guest }) => {
    const { oneTimeKeys } = await uploadKeys(host)
    const claimed = [...(await claim(guest, host)), ...(await claim(guest, host))]
    assert.deepEqual(claimed.toSorted(), Object.keys(oneTimeKeys).toSorted())
  })

  bothWays('where no one-time key is left, the fallback key is claimed', async ({ host, guest }) => {
    const { oneTimeKeys } = await uploadKeys(host)
    for (const _ of Object.keys(oneTimeKeys)) await claim(guest, host)
    assert.deepEqual(await claim(guest, host), ['signed_curve25519:AAAAFB'])
  })

  bothWays('a message reaches a device, once', async ({ host, guest }) => {
    const send = (from: User, to: User, body: string) =>
      from.put(`/sendToDevice/org.example.greeting/${crypto.randomUUID()}`, {
        messages: { [to.userId]: { [to.deviceId]: { body } } },
      })
    for (const [from, to] of [
      [host, guest],
      [guest, host],
    ] as const) {
      const { next_batch: since } = await to.sync()
      await send(from, to, 'hello device')
      const seen: Event[] = []
      await untilSynced('the message to the device', to, ({ to_device: messages }) => {
        seen.push(...(messages?.events ?? []))
        return seen.length > 0
      })
      assert.deepEqual(
        seen.map(({ type, sender, content }) => [type, sender, content.body]),
        [['org.example.greeting', from.userId, 'hello device']],
      )
      assert.ok(since)
    }
  })

  bothWays('a message reaches all devices of a user', async ({ host, guest }) => {
    await guest.put(`/sendToDevice/org.example.all/${crypto.randomUUID()}`, {
      messages: { [host.userId]: { '*': { body: 'to all' } } },
    })
    await untilSynced('the message to all', host, ({ to_device: messages }) =>
      messages?.events.some(({ content }: Event) => content.body === 'to all'),
    )
  })

  bothWays('a new device is told of to those who share a room, and so is its end', async ({ host, guest, home }) => {
    await Promise.all([uploadKeys(host), uploadKeys(guest)])
    await shareRoom(host, guest, home.serverName)
    for (const [changing, watcher] of [
      [host, guest],
      [guest, host],
    ] as const) {
      await devicesOf(watcher, changing)
      let { next_batch: since } = await watcher.sync()
      const isTold = () =>
        until(`${watcher.userId} is told of a change of ${changing.userId}`, async () => {
          const answer = await watcher.sync({ since, timeout: '1000' })
          since = answer.next_batch
          return answer.device_lists?.changed?.includes(changing.userId) === true
        })
      const name = changing.userId.slice(1).replace(/:.*/, '')
      const identifier = { type: 'm.id.user', user: name }
      const session = await changing.post('/login', {
        ...{ type: 'm.login.password', identifier, password: `${name} password`, device_id: 'SECOND' },
      })
      const second = new (changing.constructor as typeof User)(changing.baseUrl, session)
      const { deviceKeys } = await uploadKeys(second)
      await isTold()
      await until('the new device is listed', async () => {
        const devices = await devicesOf(watcher, changing)
        return devices['SECOND']?.keys[`ed25519:SECOND`] === deviceKeys.keys['ed25519:SECOND']
      })
      await second.post('/logout')
      await until('the device is not listed any more', async () => !('SECOND' in (await devicesOf(watcher, changing))))
    }
  })

  bothWays('cross-signing keys are asked for, and told of when they change', async ({ host, guest, home }) => {
    await Promise.all([uploadKeys(host), uploadKeys(guest)])
    await shareRoom(host, guest, home.serverName)
    const key = someKey()
    const master = { user_id: host.userId, usage: ['master'], keys: { [`ed25519:${key}`]: key } }
    const upload = await host.call('/keys/device_signing/upload', { body: { master_key: master } })
    if (upload.status === 401) {
      const name = host.userId.slice(1).replace(/:.*/, '')
      await host.post('/keys/device_signing/upload', {
        master_key: master,
        auth: {
          ...{ type: 'm.login.password', session: upload.body.session, password: `${name} password` },
          identifier: { type: 'm.id.user', user: host.userId },
        },
      })
    }
    await until('the master key is seen', async () => {
      const { master_keys: keys } = await guest.post('/keys/query', { device_keys: { [host.userId]: [] } })
      return keys?.[host.userId]?.keys[`ed25519:${key}`] === key
    })
  })
})
