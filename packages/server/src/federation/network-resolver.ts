// The resolver that asks the real network: HTTPS for delegations, DNS for SRV records.
import { Resolver as DnsResolver } from 'node:dns/promises'
import type { Environment } from '../environment.ts'
import type { Resolver } from './discovery.ts'
import type { Outbound } from './outbound.ts'
import { fetchWellKnown, wellKnownUrl } from './well-known.ts'

const dnsTimeoutMs = 5_000

/** A DNS server that fails is taken to have no records: the server's certificate decides in any case. */
export function createNetworkResolver(outbound: Outbound, environment: Environment): Resolver {
  const dns = new DnsResolver({ timeout: dnsTimeoutMs, tries: 2 })
  return {
    wellKnown: (hostname) => fetchWellKnown(outbound, wellKnownUrl(hostname), environment),
    srv: (name) => dns.resolveSrv(name).catch(() => []),
  }
}
