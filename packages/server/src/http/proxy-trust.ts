// Whose word about the caller's address is believed: X-Forwarded-For counts only from a trusted proxy.
import { BlockList, isIP } from 'node:net'

export interface ProxyTrust {
  /** The caller's address: the last one in the chain that is not a trusted proxy. */
  caller(socketAddress: string, forwardedFor: string | undefined): string
}

/** `proxies` are addresses or networks such as `10.0.0.0/8`. Throws on what is neither. */
export function createProxyTrust(proxies: readonly string[]): ProxyTrust {
  const trusted = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(bits), family)
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return {
    caller: (socketAddress, forwardedFor) => {
      const address = plain(socketAddress)
      if (forwardedFor === undefined || !isTrusted(address)) return address
      const chain = forwardedFor.split(',').map((part) => part.trim())
      return chain.findLast((each) => isIP(each) !== 0 && !isTrusted(each)) ?? address
    },
  }
}

/** `::ffff:127.0.0.1` is 127.0.0.1. */
const plain = (address: string) => (address.startsWith('::ffff:') ? address.slice(7) : address)
