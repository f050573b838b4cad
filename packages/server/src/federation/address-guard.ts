// Which addresses other servers may be reached at: those of the public internet. Names of other servers come from
// anybody, and must not make this server knock at doors inside its own network.
// https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'

const special: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Loopback, unspecified and IPv4-compatible; IPv4-mapped ones are looked at by their IPv4 address.
  ['::', 96],
  // Translated to IPv4 addresses, public or not.
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 63],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

const blocked = new BlockList()
for (const [network, prefix] of special) blocked.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4')

/** Whether the IP address (no brackets) is a public one. False for whatever is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0 || address.includes('%')) return false
  if (family === 4) return !blocked.check(address, 'ipv4')
  const mapped = mappedIpv4(address)
  return mapped === undefined ? !blocked.check(address, 'ipv6') : !blocked.check(mapped, 'ipv4')
}

/** The IPv4 address in an IPv4-mapped IPv6 one (`::ffff:1.2.3.4`), however it is written. */
function mappedIpv4(address: string): string | undefined {
  const canonical = new URL(`http://[${address}]`).hostname
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(canonical) ?? []
  if (high === undefined || low === undefined) return undefined
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return bits.flatMap((pair) => [pair >> 8, pair & 0xff]).join('.')
}

/** Says whether an address may be connected to. */
export type AddressGuard = (address: string) => boolean

/** A name or address that leads to no allowed address. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** Looks a name up and gives only its allowed addresses; an error when it has none. */
export const guardedLookup =
  (isAllowed: AddressGuard, lookup: typeof systemLookup = systemLookup): LookupFunction =>
  (hostname, options: LookupOptions, callback) =>
    lookup(hostname, { ...options, all: true }, (error, addresses: readonly LookupAddress[]) => {
      if (error) return callback(error, '', 0)
      const allowed = addresses.filter(({ address }) => isAllowed(address))
      const [first] = allowed
      if (first === undefined) return callback(new AddressRefused(`${hostname} has no public address`), '', 0)
      return options.all ? callback(null, [...allowed]) : callback(null, first.address, first.family)
    })
