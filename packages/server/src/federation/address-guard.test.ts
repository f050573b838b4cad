// Other servers are reached at public addresses alone, however a private one is written.
import assert from 'node:assert/strict'
import type { lookup as systemLookup } from 'node:dns'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { AddressRefused, guardedLookup, isPublicAddress } from './address-guard.ts'

const refused = `
  127.0.0.1 127.255.255.254 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 0.0.0.0 100.64.0.1 198.18.0.1
  224.0.0.1 255.255.255.255 192.0.2.1 203.0.113.5 :: ::1 ::7f00:1 fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 ff02::1
  2001:db8::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:10.0.0.1 0:0:0:0:0:ffff:c0a8:0101 64:ff9b::7f00:1 2002:7f00:1:: ::ffff:0:7f00:1
  localhost 127.1 0x7f000001 2130706433 [::1]`
  .trim()
  .split(/\s+/)
const allowed = ['1.1.1.1', '172.15.0.1', '172.32.0.1', '8.8.8.8', '2606:4700::1111', '::ffff:1.1.1.1', '2a01:4f8::1']

describe('an address', () => {
  for (const address of refused) test(`${address} is refused`, () => assert.equal(isPublicAddress(address), false))
  for (const address of allowed) test(`${address} is allowed`, () => assert.equal(isPublicAddress(address), true))
})

const answering = (...addresses: string[]) =>
  ((_: string, __: unknown, callback: (...result: unknown[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof systemLookup

const ask = (...addresses: string[]) => promisify(guardedLookup(isPublicAddress, answering(...addresses)))

describe('a guarded look-up', () => {
  test('gives the public addresses of a name and keeps the others back', async () => {
    const found = await ask('10.0.0.1', '1.1.1.1', '::1')('a.org', { all: true })
    assert.deepEqual(found, [{ address: '1.1.1.1', family: 4 }])
  })

  test('fails for a name that has private addresses only', async () => {
    await assert.rejects(ask('127.0.0.1', '::ffff:10.0.0.1')('a.org', { all: true }), AddressRefused)
    await assert.rejects(ask()('a.org', {}), AddressRefused)
  })
})
