// Device lists as other servers tell them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceDisplayNameCharactersMax, deviceKeysBytesMax, deviceListCharactersMax } from '../limits.ts'
import { readDevices } from './read-list.ts'

const device = (deviceId: string, padding = 0, name = 'phone') => {
  const keys = {
    user_id: '@a:b',
    device_id: deviceId,
    algorithms: [],
    keys: { x: 'x'.repeat(padding) },
    signatures: {},
  }
  return [deviceId, { keys: keys as never, name }] as const
}

test('a list is read as far as it is not too long in all, and so are names', () => {
  const many = Array.from({ length: 1_000 }, (_, n) => device(`D${n}`, deviceKeysBytesMax - 200))
  const read = readDevices('@a:b', many)
  assert.ok(read.length > 100)
  assert.ok(read.reduce((length, { json }) => length + json.length, 0) < deviceListCharactersMax)
  const [named] = readDevices('@a:b', [device('D', 0, 'n'.repeat(10_000))])
  assert.equal(named?.displayName?.length, deviceDisplayNameCharactersMax)
})
