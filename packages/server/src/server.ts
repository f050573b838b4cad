// The whole server, built by hand from left to right: store, rooms, ephemeral, push, accounts, sync, endpoints, listeners.
import { readFileSync, rmSync } from 'node:fs'
import { policyServerKeyId } from '@myelin/algorithms/policy-server'
import { signingKeyFromPem, type SigningKey } from '@myelin/algorithms/signing-key'
import type { UserId } from '@myelin/protocol/identifiers'
import { createAccounts, type Requester } from './accounts/accounts.ts'
import { passwordCostDefault } from './accounts/passwords.ts'
import { ConfigError } from './config/load.ts'
import { operatorSocketPath } from './config/operator-socket.ts'
import type { Config } from './config/settings.ts'
import { loadPolicyServerKey, loadSigningKeys, type SigningKeys } from './config/signing-keys.ts'
import { createDispatch } from './endpoints/dispatch.ts'
import { addGauges, addLedgerGauges } from './endpoints/gauges.ts'
import type { Services } from './endpoints/handlers.ts'
import { createMetricsHandle } from './endpoints/metrics-address.ts'
import { routes } from './endpoints/routes.ts'
import { createEncryption } from './encryption/encryption.ts'
import { randomString, type Environment } from './environment.ts'
import { createEphemeral } from './ephemeral/ephemeral.ts'
import { createFederation, type Federation } from './federation/federation.ts'
import { combineParts, type OutgoingSource } from './federation/outgoing.ts'
import type { Transport } from './federation/transport.ts'
import { listen, parseListenAddress, type ListenAddress, type Listener, type ListenerOptions } from './http/listener.ts'
import { createLog, type Logger } from './http/log.ts'
import type { Handle } from './http/message.ts'
import { createMetrics } from './http/metrics.ts'
import { createProxyTrust } from './http/proxy-trust.ts'
import { createRateLimits, unlimited, type RateLimits } from './http/rate-limits.ts'
import { createMedia } from './media/media.ts'
import { createPush } from './push/push.ts'
import { OwnPolicyServer } from './rooms/own-policy-server.ts'
import { createRooms } from './rooms/rooms.ts'
import { claimIdentity, hasAccounts } from './store/identity.ts'
import { openSqliteStore } from './store/sqlite/sqlite-store.ts'
import { journalKind, type Store } from './store/store.ts'
import { Users } from './store/users.ts'
import { createSync } from './sync/sync.ts'
import { version } from './version.ts'
import { createWebhooks } from './webhooks/webhooks.ts'

export interface OpenServices extends Services, AsyncDisposable {
  readonly store: Store
  readonly rateLimits: RateLimits
  readonly keys: SigningKeys
  /** Resolves when the server cannot go on. */
  readonly failed: Promise<Error>
}

export interface RunningServer extends AsyncDisposable {
  /** Base URLs at which the APIs are served, in the order of the configuration. */
  readonly urls: readonly string[]
  /** Base URLs at which metrics are served on their own, in the order of the configuration. */
  readonly metricsUrls: readonly string[]
  readonly services: OpenServices
  readonly log: Logger
  /** Resolves when the server cannot go on. */
  readonly failed: Promise<Error>
}

/** What may take the place of what the machine has. */
export interface Substitutes {
  /** What carries requests to other servers, in place of the network. */
  readonly transport?: Transport
  /** In place of standard output. */
  readonly log?: Logger
}

/** Opens the data folder and everything that works on it; no socket listens yet. Throws ConfigError and StoreError. */
export async function openServices(
  config: Config,
  environment: Environment,
  { transport, log = createLog({ level: config.logLevel, format: config.logFormat }) }: Substitutes = {},
): Promise<OpenServices> {
  refuseUnsupported(config)
  const keys = loadSigningKeys(config.data, () => randomString(environment, 6))
  const failure = Promise.withResolvers<Error>()
  const store = await openSqliteStore({
    folder: config.data,
    durability: config.durability,
    environment,
    onFatal: (error) => failure.resolve(error),
  })
  await orClose(store, claimIdentity(store, config.serverName))
  const key = signingKeyFromPem(keys.active.keyId, keys.active.pem)
  const federation = createFederation({ config, environment, store, key, old: keys.old, transport })
  const rateLimits = config.rateLimits === 'off' ? unlimited : createRateLimits(environment)
  const parts = await assemble({ config, environment, log, store, key, rateLimits, federation })
  const metrics = createMetrics()
  addGauges(metrics, { store, federation, ...parts })
  const services: OpenServices = {
    ...parts,
    config,
    log,
    environment,
    store,
    keys,
    federation,
    publishedKeys: federation.publishedKeys,
    metrics,
    rateLimits,
    failed: failure.promise,
    [Symbol.asyncDispose]: async () => {
      await services.ledger?.[Symbol.asyncDispose]()
      await parts.rooms.joins.stop()
      await parts.webhooks[Symbol.asyncDispose]()
      await parts.accounts[Symbol.asyncDispose]()
      await parts.rooms.stagedEvents[Symbol.asyncDispose]()
      await parts.media[Symbol.asyncDispose]()
      await parts.encryption[Symbol.asyncDispose]()
      await federation[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
  return services
}

/** What comes of the work; if it fails, `part` is closed first, so that nothing keeps the process. */
async function orClose<T>(part: AsyncDisposable, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    await part[Symbol.asyncDispose]()
    throw error
  }
}

interface Foundation {
  readonly config: Config
  readonly environment: Environment
  readonly log: Logger
  readonly store: Store
  readonly key: SigningKey
  readonly rateLimits: RateLimits
  readonly federation: Federation
}

/** Every part given what stands to its left; what a part needs from its right comes as a hook. */
async function assemble({ config, environment, log, store, key, rateLimits, federation }: Foundation) {
  const { serverName } = config
  const users = new Users(store)
  const push = createPush({ store, users, serverName })
  await push.load()
  const rooms = createRooms({
    ...{ store, users, environment, federation },
    config: { serverName, signingKey: key },
    ownPolicyServer: ownPolicyServer(config, environment),
    hooks: {
      profile: (userId) => accounts.profiles.memberFields(userId),
      decide: push.decide,
      checkInvite: (target) => accounts.accountData.checkInvite(target),
    },
  })
  const { peers, outbound } = federation
  const media = createMedia({ config, environment, store, peers, outbound, log })
  const encryption = await createEncryption({ rooms: rooms.context, log })
  const ephemeral = createEphemeral({ rooms: rooms.context, presence: config.presence === 'on', onRead: push.onRead })
  await ephemeral.presence.load()
  const accounts = createAccounts({
    ...{ store, environment, users, rateLimits, peers },
    config: {
      ...config,
      guests: config.guests === 'on',
      passwordCost: passwordCostDefault,
    },
    hooks: {
      onProfileChanged: (user) => rooms.updateProfile(user),
      onDeactivated: async (user) => {
        rooms.context.erasedUsers.changed()
        await encryption.forgetUser(user.userNid)
        await rooms.leaveAll(user)
      },
      onDevicesDeleted: encryption.onDevicesDeleted,
      keptAccountData: async ({ type, roomId, ...owner }) =>
        type === 'm.push_rules' && roomId === undefined ? JSON.stringify({ global: push.rules(owner) }) : undefined,
    },
  })
  const webhooks = createWebhooks({ store, environment, log, rooms, accounts, users, config })
  const sync = createSync({ rooms: rooms.context, ephemeral, push, encryption })
  return { push, rooms, media, encryption, ephemeral, accounts, webhooks, sync }
}

function ownPolicyServer(config: Config, environment: Environment): OwnPolicyServer | undefined {
  if (config['policyServer.enabled'] === 'off') return undefined
  const key = signingKeyFromPem(policyServerKeyId, loadPolicyServerKey(config.data))
  return new OwnPolicyServer({ serverName: config.serverName, key, config, environment })
}

function refuseUnsupported({ database, listenTls, tlsCert, tlsKey }: Config): void {
  if (database !== 'sqlite') throw new ConfigError('database: PostgreSQL is not supported yet; use sqlite')
  if (listenTls.length > 0 && (tlsCert === '' || tlsKey === ''))
    throw new ConfigError('listenTls needs tlsCert and tlsKey')
}

/** Opens everything and listens. */
export async function startServer(config: Config, environment: Environment): Promise<RunningServer> {
  const services = await openServices(config, environment)
  const { log } = services
  await orClose(services, startLedger(services))
  const listeners = await orClose(services, listenAll(services))
  const sender = await startWork(services)
  await greet(services, listeners, log)
  return {
    urls: listeners.public.map(({ url }) => url),
    metricsUrls: listeners.metrics.map(({ url }) => url),
    services,
    log,
    failed: services.failed,
    [Symbol.asyncDispose]: async () => {
      const stopping = [...listeners.public, ...listeners.metrics, listeners.operator].map((each) => each.stop())
      await services.rooms.joins.stop() // nobody is kept waiting for them
      await Promise.all(stopping)
      await sender[Symbol.asyncDispose]()
      await services[Symbol.asyncDispose]()
    },
  }
}

/** What begins once requests are answered: departures and searches that a stop interrupted, and sending to others. */
export async function startWork(services: OpenServices): Promise<AsyncDisposable> {
  const { log } = services
  for (const err of await services.accounts.resume())
    log.error({ err }, 'A deactivated user could not leave every room; it is tried again at the next start')
  await services.rooms.stagedEvents.resume()
  await services.rooms.resumeJoins((err) => log.warn({ err }, 'A join could not be taken up again'))
  await services.webhooks.start()
  return services.federation.startSender(outgoingOf(services), log)
}

/** What answers every request, however it arrives. */
export function createHandle(services: OpenServices): Handle {
  const { config, metrics, rateLimits, log } = services
  return createDispatch({ routes, services, operator: operatorOf(config), rateLimits, metrics, log })
}

/** The history of the rooms in git, where that is wanted. */
async function startLedger(services: OpenServices): Promise<void> {
  const { config, store, environment, keys, metrics, log } = services
  if (config['ledger.folder'] === '') return
  const { Ledger } = await import('./ledger/ledger.ts')
  services.ledger = await Ledger.start({ config, store, environment, keys, log })
  addLedgerGauges(metrics, services.ledger)
}

/** What the journal makes this server send to others. */
const outgoingOf = ({ rooms, ephemeral, encryption }: Services): OutgoingSource =>
  combineParts(
    [
      { kinds: [journalKind.event], outgoing: (entries) => rooms.outgoingEvents(entries) },
      ephemeral.outgoing,
      encryption.outgoing,
    ],
    (eventNids) => rooms.outgoingPdus(eventNids),
  )

interface Listeners {
  readonly public: readonly Listener[]
  readonly metrics: readonly Listener[]
  /** The socket in the data folder. */
  readonly operator: Listener
}

async function listenAll(services: OpenServices): Promise<Listeners> {
  const { config, metrics, log } = services
  const shared = { handle: createHandle(services), log, trust: createProxyTrust(config.trustedProxies) }
  const tls = readTls(config)
  const socket = operatorSocketPath(config.data)
  rmSync(socket, { force: true })
  const opened: Listener[] = []
  const open = async (address: ListenAddress, more: Partial<ListenerOptions> = {}) => {
    const listener = await listen(address, { ...shared, ...more })
    opened.push(listener)
    return listener
  }
  const openEach = (addresses: readonly string[], more?: Partial<ListenerOptions>) =>
    inTurn(addresses, (address) => open(parseListenAddress(address), more))
  try {
    return {
      operator: await open({ path: socket }, { isOperator: true }),
      public: [...(await openEach(config.listen)), ...(await openEach(config.listenTls, tls && { tls }))],
      metrics: await openEach(config['metrics.listen'], { handle: createMetricsHandle(metrics) }),
    }
  } catch (error) {
    await Promise.all(opened.map((listener) => listener.stop()))
    throw error
  }
}

async function inTurn<T, R>(values: readonly T[], use: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const value of values) results.push(await use(value))
  return results
}

function readTls({ listenTls, tlsCert, tlsKey }: Config): ListenerOptions['tls'] {
  if (listenTls.length === 0) return undefined
  const tls = { cert: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') }
  try {
    process.getBuiltinModule('node:tls').createSecureContext(tls)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`${tlsCert} and ${tlsKey} are not a certificate and its key: ${reason}`, { cause })
  }
  return tls
}

/** Who calls over the socket in the data folder: an administrator without an account. */
const operatorOf = ({ serverName }: Config): Requester => ({
  userId: `@:${serverName}` as UserId,
  userNid: 0,
  deviceId: '',
  deviceNid: 0,
  isGuest: false,
  isAdmin: true,
  isSuspended: false,
  tokenHash: '',
})

async function greet({ config, store }: OpenServices, listeners: Listeners, log: Logger): Promise<void> {
  for (const { url } of listeners.public) log.info(`Myelin ${version} serves ${config.serverName} at ${url}`)
  for (const { url } of listeners.metrics) log.info(`Metrics are at ${url}/metrics`)
  if (!(await hasAccounts(store)))
    log.info('Nobody has an account yet. Make the first one: npm run myelin -- user add NAME --admin')
  const loosened = [
    ...(config.rateLimits === 'off' ? ['rateLimits: off'] : []),
    ...(config['federation.allowPrivateAddresses'] ? ['federation.allowPrivateAddresses'] : []),
    ...(config['media.urlPreviewPrivateAddresses'] ? ['media.urlPreviewPrivateAddresses'] : []),
    ...(config['federation.trustedCaFile'] === '' ? [] : ['federation.trustedCaFile']),
    ...(Object.keys(config['federation.hostOverrides']).length === 0 ? [] : ['federation.hostOverrides']),
  ]
  if (loosened.length > 0) log.warn(`For tests and private networks only: ${loosened.join(', ')}`)
}
