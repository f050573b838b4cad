// This server's side of federation for tests: a real client that finds test peers on this machine by their names.
import { signingKeyFromSeed } from '@myelin/algorithms/signatures'
import type { Environment } from '../../environment.ts'
import { createDiscovery } from '../discovery.ts'
import { createOutbound } from '../outbound.ts'
import { createPeerClient } from '../peer-client.ts'
import { Reachability } from '../reachability.ts'
import { createTransport } from '../transport.ts'
import type { CertificateAuthority } from './certificate-authority.ts'
import { lookupHere } from './tls-peer.ts'

export interface OpenPeersOptions {
  readonly authority: CertificateAuthority
  readonly environment: Environment
  /** Ports on this machine by server name. */
  readonly ports: Readonly<Record<string, number>>
}

/** A key for tests, always the same for the same number. */
export const testKey = (number: number, version = 'a') =>
  signingKeyFromSeed(`ed25519:${version}`, new Uint8Array(32).fill(number))

/** A client for the server `us.test`. */
export function openPeers({ authority, environment, ports }: OpenPeersOptions) {
  const outbound = createOutbound({ allowPrivateAddresses: true, ca: authority.ca, lookup: lookupHere })
  const overrides = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `127.0.0.1:${port}`]))
  const discovery = createDiscovery({
    environment,
    overrides,
    resolver: { wellKnown: async () => ({ kind: 'none' }), srv: async () => [] },
  })
  const serverName = 'us.test'
  const key = testKey(1)
  const reachability = new Reachability(environment)
  const transport = createTransport(discovery, outbound)
  const peers = createPeerClient({ serverName, key, transport, reachability, environment })
  return {
    serverName,
    key,
    reachability,
    peers,
    [Symbol.asyncDispose]: () => outbound[Symbol.asyncDispose](),
  }
}
