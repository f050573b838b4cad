// The code of the real client for accounts: interactive authentication, devices, profile, log-out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, InteractiveAuth, type AuthDict, type MatrixClient } from 'matrix-js-sdk'
import type { Logger } from 'matrix-js-sdk/lib/logger.js'
import { TestServer } from './testing/server.ts'

const nothing = () => undefined
const logger: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  getChild: () => logger,
}

/** Runs a request through the client's interactive authentication; `answer` gives what a stage asks for. */
function authenticated<T>(
  matrixClient: MatrixClient,
  doRequest: (auth: AuthDict | null) => Promise<T>,
  answer: Record<string, unknown> = {},
): Promise<T> {
  const interactive: InteractiveAuth<T> = new InteractiveAuth<T>({
    matrixClient,
    doRequest: (auth) => doRequest(auth),
    stateUpdated: (stage, status) => {
      assert.equal(status.errcode, undefined, `${stage}: ${status.error}`)
      void interactive.submitAuthDict({ type: stage, ...answer })
    },
    requestEmailToken: async () => assert.fail('no mail is sent'),
  })
  return interactive.attemptAuth()
}

test('matrix-js-sdk registers, looks after devices and profile, and logs out', async () => {
  await using server = await TestServer.start()
  const { baseUrl } = server
  const stranger = createClient({ baseUrl, logger })
  const registered = await authenticated(stranger, (auth) =>
    stranger.registerRequest({ username: 'Alice', password: 'secret', ...(auth && { auth }) }),
  )
  assert.equal(registered.user_id, '@alice:hs1')
  const { access_token: accessToken = '', device_id: deviceId = '' } = registered
  const client = createClient({ baseUrl, logger, accessToken, deviceId, userId: registered.user_id })
  assert.equal((await client.whoami()).device_id, deviceId)
  assert.equal(await client.isVersionSupported('v1.19'), true)

  const password = { identifier: { type: 'm.id.user', user: '@alice:hs1' }, password: 'secret' }
  const other = await stranger.loginRequest({ type: 'm.login.password', ...password })
  assert.equal((await client.getDevices()).devices.length, 2)
  await client.setDeviceDetails(other.device_id, { display_name: 'Laptop' })
  assert.equal((await client.getDevice(other.device_id)).display_name, 'Laptop')
  await authenticated(client, (auth) => client.deleteDevice(other.device_id, auth ?? undefined), password)
  assert.equal((await client.getDevices()).devices.length, 1)

  await client.setDisplayName('Alice')
  assert.deepEqual(await client.getProfileInfo('@alice:hs1'), { displayname: 'Alice' })
  await client.setExtendedProfileProperty('m.tz', 'Europe/Berlin')
  assert.equal(await client.getExtendedProfileProperty('@alice:hs1', 'm.tz'), 'Europe/Berlin')
  await client.logout()
  await assert.rejects(client.whoami(), { errcode: 'M_UNKNOWN_TOKEN' })
})
