// The resolver that asks the real network: HTTPS for delegations, DNS for SRV records.
import { Resolver as DnsResolver } from 'node:dns/promises'
import type { Environment } from '../environment.ts'
import type { Resolver } from './discovery.ts'
import type { Outbound } from './outbound.ts'
import type { SrvRecord } from './resolve-server.ts'
import { fetchWellKnown, wellKnownUrl } from './well-known.ts'

const dnsTimeoutMs = 5_000

export function createNetworkResolver(outbound: Outbound, environment: Environment): Resolver {
  const dns = new DnsResolver({ timeout: dnsTimeoutMs, tries: 2 })
  return {
    wellKnown: (hostname) => fetchWellKnown(outbound, wellKnownUrl(hostname), environment),
    srv: (name) => srvRecords(dns, name),
  }
}

const noRecords: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND', 'ENOTIMP'])

/** The records of a name. Throws when it cannot be told whether there are any. */
export async function srvRecords(dns: DnsResolver, name: string): Promise<readonly SrvRecord[]> {
  try {
    return await dns.resolveSrv(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && noRecords.has(error.code)) return []
    throw error
  }
}
