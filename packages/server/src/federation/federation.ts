// Everything this server needs to talk to others, put together: discovery, signed calls, keys, and who is calling.
import { readFileSync } from 'node:fs'
import type { SigningKey } from '@myelin/algorithms/signatures'
import { ConfigError } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import type { OldVerifyKeys } from '../config/signing-keys.ts'
import type { Environment } from '../environment.ts'
import type { Logger } from '../http/log.ts'
import type { Store } from '../store/store.ts'
import { createDiscovery } from './discovery.ts'
import { Keyring } from './keyring.ts'
import { createNetworkResolver } from './network-resolver.ts'
import { createOutbound, type Outbound } from './outbound.ts'
import type { OutgoingSource } from './outgoing.ts'
import { createPeerClient, type PeerClient } from './peer-client.ts'
import { createPublishedKeys, type PublishedKeys } from './published-keys.ts'
import { Reachability } from './reachability.ts'
import { createRequestAuth, type RequestAuth } from './request-auth.ts'
import { Sender } from './sender.ts'
import { createSignatureChecks, type SignatureChecks } from './signature-checks.ts'
import { createTransport, type Transport } from './transport.ts'

export type FederationConfig = Pick<
  Config,
  | 'serverName'
  | 'federation.allowPrivateAddresses'
  | 'federation.hostOverrides'
  | 'federation.trustedCaFile'
  | 'federation.trustedNotaries'
>

export interface FederationOptions {
  readonly config: FederationConfig
  readonly environment: Environment
  readonly store: Store
  readonly key: SigningKey
  /** This server's retired keys. */
  readonly old: OldVerifyKeys
  /** What carries requests, in place of the network. */
  readonly transport?: Transport | undefined
}

export interface Federation extends RequestAuth, AsyncDisposable {
  /** Requests to where a server says that its files are. */
  readonly outbound: Outbound
  readonly peers: PeerClient
  readonly keyring: Keyring
  readonly signatures: SignatureChecks
  readonly reachability: Reachability
  readonly publishedKeys: PublishedKeys
  /** Starts sending what `source` makes of the journal. To be disposed before the rest. */
  startSender(source: OutgoingSource, log?: Logger): Promise<Sender>
  /** What sends to other servers, once it has been started. */
  readonly sender: Sender | undefined
}

/** Opens no connection yet. Throws ConfigError when the certificate authority cannot be read. */
export function createFederation({ config, environment, store, key, old, transport }: FederationOptions): Federation {
  const { serverName } = config
  const outbound = createOutbound({
    allowPrivateAddresses: config['federation.allowPrivateAddresses'],
    ca: authorityIn(config['federation.trustedCaFile']),
  })
  const reachability = new Reachability(environment)
  const carrier = transport ?? networkTransport({ config, environment, outbound })
  const peers = createPeerClient({ serverName, key, transport: carrier, reachability, environment })
  const publishedKeys = createPublishedKeys({ serverName, key, old, environment })
  const keyring = new Keyring({
    store,
    environment,
    peers,
    trustedNotaries: config['federation.trustedNotaries'],
    own: { serverName, key, old, document: publishedKeys.document },
  })
  const signatures = createSignatureChecks(environment)
  let sender: Sender | undefined
  return {
    outbound,
    peers,
    keyring,
    signatures,
    reachability,
    publishedKeys,
    ...createRequestAuth({ serverName, environment, keyring, reachability }),
    startSender: async (source, log) => {
      sender = await Sender.start({ store, environment, serverName, peers, reachability, source, log })
      return sender
    },
    get sender() {
      return sender
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([signatures[Symbol.asyncDispose](), outbound[Symbol.asyncDispose]()])
    },
  }
}

interface NetworkParts {
  readonly config: FederationConfig
  readonly environment: Environment
  readonly outbound: Outbound
}

function networkTransport({ config, environment, outbound }: NetworkParts): Transport {
  const resolver = createNetworkResolver(outbound, environment)
  const overrides = config['federation.hostOverrides']
  return createTransport(createDiscovery({ environment, resolver, overrides }), outbound)
}

function authorityIn(file: string): string | undefined {
  if (file === '') return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`Cannot read federation.trustedCaFile ${file}`, { cause })
  }
}
