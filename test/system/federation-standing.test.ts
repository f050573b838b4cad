// How it stands with other servers, as the operator is told: on the command line and in the metrics.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { eventually, Network } from './testing/network.ts'

const main = join(import.meta.dirname, '../../packages/server/src/main.ts')

test('the operator sees which server is behind and why, and has it tried again', async () => {
  await using net = await Network.create(2)
  const [one, two] = [net.server(0), net.server(1)]
  const myelin = async (...words: string[]) =>
    (await promisify(execFile)(process.execPath, [main, 'federation', ...words, '--data', one.data])).stdout
  const alice = await one.user('alice')
  const bob = await two.user('bob')
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(roomId)}?via=${one.serverName}`)
  const standing = () => one.services.federation.sender?.status(two.serverName)
  await eventually(async () => (standing()?.lag === 0 ? true : undefined))
  await two.stop()
  await alice.say(roomId, 'missed')
  await eventually(async () => (standing()?.failures ? true : undefined))
  const shown = await myelin('show', two.serverName)
  assert.match(shown, /^failures: [1-9]/m)
  assert.match(shown, /^lag: [1-9]\d*\n/m)
  assert.match(shown, /^last_error: .*cannot be reached: /m)
  assert.match(shown, /^next_try_ts: 20\d\d-/m)
  assert.match(shown, /^last_success_ts: 20\d\d-/m)
  assert.match(await myelin('list'), /^server .*\nhs2\.test  [1-9]\d*  1\+0  [1-9]/)
  const metrics = await (await fetch(`${one.baseUrl}/metrics`)).text()
  assert.match(metrics, /^myelin_federation_server_lag_entries\{server="hs2\.test"\} [1-9]/m)
  assert.match(metrics, /^myelin_federation_failing_servers 1$/m)
  await two.start()
  await myelin('retry', two.serverName)
  await eventually(async () => ((await myelin('list')) === 'Nothing waits for any server.\n' ? true : undefined))
})
