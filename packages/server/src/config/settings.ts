// Every setting of the server: its type, its default and one line of documentation. The flag, the environment variable,
// the key of myelin.yaml and the reference page all follow from the entry.
import { defaultRoomVersion, roomVersions } from '@myelin/algorithms/room-version'
import { mapOf } from '@myelin/protocol/map-of'
import { Type, type Static, type TSchema } from 'typebox'
import { policyPatternsMax } from '../federation-limits.ts'

export interface Setting<S extends TSchema = TSchema> {
  readonly schema: S
  readonly default: Static<S>
  /** One line for the reference page and `--help`. */
  readonly doc: string
  /** What the value looks like in `--help`, e.g. `HOST:PORT`. */
  readonly argument?: string
  /** Secrets and structured values have no flag. */
  readonly flag?: false
  /** Secrets have no key in the file either: only the environment or a file of their own. */
  readonly secret?: true
}

const setting = <S extends TSchema>(
  schema: S,
  fallback: NoInfer<Static<S>>,
  rest: Omit<Setting<S>, 'schema' | 'default'>,
): Setting<S> => ({ schema, default: fallback, ...rest })

const port = '([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
const address = Type.String({ pattern: `^(\\[[0-9a-fA-F:.]+\\]|[^:\\s]+):${port}$` })
const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] })

/** Room versions that can be created; those whose event ids servers choose are for rooms of other servers. */
export const creatableVersions: readonly string[] = roomVersions
  .filter(({ eventIdFormat }) => eventIdFormat !== 'opaque')
  .map(({ id }) => id)

const patterns = Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: policyPatternsMax })

export const settings = {
  serverName: setting(Type.String({ minLength: 1, maxLength: 230 }), 'localhost', {
    argument: 'NAME',
    doc: 'The name after the colon of every user ID. Cannot change once the data folder exists.',
  }),
  data: setting(Type.String({ minLength: 1 }), './data', {
    argument: 'DIR',
    doc: 'The folder that holds the database, the signing key and the media.',
  }),
  listen: setting(Type.Array(address), ['127.0.0.1:8008'], {
    argument: 'HOST:PORT',
    doc: 'Where the client and federation APIs are served over plain HTTP. May be given several times.',
  }),
  listenTls: setting(Type.Array(address), [], {
    argument: 'HOST:PORT',
    doc: 'Where the same is served over TLS; needs tlsCert and tlsKey. May be given several times.',
  }),
  tlsCert: setting(Type.String(), '', { argument: 'FILE', doc: 'Certificate chain for listenTls, PEM.' }),
  tlsKey: setting(Type.String(), '', { argument: 'FILE', doc: 'Private key for listenTls, PEM.' }),
  registration: setting(oneOf(['open', 'token', 'closed']), 'closed', {
    argument: 'open|token|closed',
    doc: 'Who may make an account: anybody, whoever has a registration token, or nobody.',
  }),
  guests: setting(oneOf(['on', 'off']), 'off', {
    argument: 'on|off',
    doc: 'Whether anybody may get a guest account.',
  }),
  defaultRoomVersion: setting(oneOf(creatableVersions), defaultRoomVersion, {
    argument: 'VERSION',
    doc: 'The version of rooms that are made without naming one. Other servers may know only older ones.',
  }),
  passwordCharactersMin: setting(Type.Integer({ minimum: 1, maximum: 128 }), 1, {
    argument: 'NUMBER',
    doc: 'The fewest characters of a new password.',
  }),
  registrationSharedSecret: setting(Type.String(), '', {
    flag: false,
    secret: true,
    doc: 'Secret of /_synapse/admin/v1/register; empty turns that endpoint off.',
  }),
  registrationSharedSecretFile: setting(Type.String(), '', {
    argument: 'FILE',
    doc: 'File that holds the secret of /_synapse/admin/v1/register.',
  }),
  database: setting(Type.String({ pattern: '^(sqlite|postgres(ql)?://.+)$' }), 'sqlite', {
    argument: 'sqlite|postgres://…',
    doc: 'Where events and accounts are kept: SQLite in the data folder, or a PostgreSQL server.',
  }),
  durability: setting(oneOf(['power', 'process']), 'power', {
    argument: 'power|process',
    doc: 'What an acknowledged write survives: loss of power (synced to disk), or only a crash of the process.',
  }),
  profile: setting(oneOf(['full', 'ci']), 'full', {
    argument: 'full|ci',
    doc: 'The whole homeserver, or the locked-down CI server.',
  }),
  legacyQueryToken: setting(oneOf(['on', 'off']), 'off', {
    argument: 'on|off',
    doc: 'Accepts access tokens as ?access_token= as well, for clients of before 2024. Proxies may log such a token.',
  }),
  publicBaseUrl: setting(Type.String(), '', {
    argument: 'URL',
    doc: 'Address at which clients reach the server, published in /.well-known/matrix/client.',
  }),
  delegateTo: setting(Type.String(), '', {
    argument: 'HOST:PORT',
    doc: 'Host and port at which other servers reach this one, published in /.well-known/matrix/server.',
  }),
  supportContact: setting(Type.String(), '', {
    argument: 'EMAIL|USER-ID',
    doc: 'Whom to ask for help, published in /.well-known/matrix/support.',
  }),
  trustedProxies: setting(Type.Array(Type.String()), ['127.0.0.1', '::1'], {
    argument: 'ADDRESS',
    doc: 'Reverse proxies whose X-Forwarded-For is believed. May be given several times.',
  }),
  rateLimits: setting(oneOf(['on', 'off']), 'on', {
    argument: 'on|off',
    doc: 'Limits on how often users and addresses may call. Off is for tests and private networks.',
  }),
  presence: setting(oneOf(['on', 'off']), 'on', {
    argument: 'on|off',
    doc: 'Whether users see who is online.',
  }),
  logLevel: setting(oneOf(['error', 'warn', 'info', 'debug']), 'info', {
    argument: 'error|warn|info|debug',
    doc: 'How much is logged.',
  }),
  logFormat: setting(oneOf(['auto', 'line', 'json']), 'auto', {
    argument: 'auto|line|json',
    doc: 'One readable line per entry, or JSON. auto: lines on a terminal, JSON otherwise.',
  }),
  'media.uploadBytesMax': setting(Type.Integer({ minimum: 1 }), 50 * 1024 * 1024, {
    argument: 'BYTES',
    doc: 'The largest file that users may upload.',
  }),
  'media.userBytesMax': setting(Type.Integer({ minimum: 0 }), 10 * 1024 * 1024 * 1024, {
    argument: 'BYTES',
    doc: 'How much a user may have uploaded in all; 0 for any amount.',
  }),
  'media.remoteBytesMax': setting(Type.Integer({ minimum: 1 }), 100 * 1024 * 1024, {
    argument: 'BYTES',
    doc: 'The largest file that is fetched from another server.',
  }),
  'media.remoteCacheBytesMax': setting(Type.Integer({ minimum: 0 }), 10 * 1024 * 1024 * 1024, {
    argument: 'BYTES',
    doc: 'How much of the files of other servers is kept; what was not asked for the longest goes first.',
  }),
  'media.unauthenticated': setting(oneOf(['frozen', 'open']), 'frozen', {
    argument: 'frozen|open',
    doc: 'Whether files can be had without an access token: only those that were stored while it was open, or all.',
  }),
  'media.urlPreviews': setting(oneOf(['on', 'off']), 'off', {
    argument: 'on|off',
    doc: 'Whether users may have the server fetch a web page to see what it is. The page learns of the server.',
  }),
  'media.urlPreviewPrivateAddresses': setting(Type.Boolean(), false, {
    argument: 'true|false',
    doc: 'Lets URL previews reach private and loopback addresses. For tests and private networks.',
  }),
  'metrics.listen': setting(Type.Array(address), [], {
    argument: 'HOST:PORT',
    doc: 'Where /metrics is served on its own. Without it /metrics answers callers from this machine only.',
  }),
  'webhooks.user': setting(Type.String({ pattern: '^[a-z0-9._=/+-]{1,200}$' }), 'hooks', {
    argument: 'NAME',
    doc: 'Name of the account that speaks for webhooks. It is made with the first hook.',
  }),
  'federation.allowPrivateAddresses': setting(Type.Boolean(), false, {
    argument: 'true|false',
    doc: 'Lets federation reach private and loopback addresses. For tests and private networks.',
  }),
  'federation.trustedCaFile': setting(Type.String(), '', {
    argument: 'FILE',
    doc: 'A certificate authority trusted for federation besides the system ones, PEM.',
  }),
  'federation.trustedNotaries': setting(Type.Array(Type.String()), [], {
    argument: 'NAME',
    doc: 'Servers that vouch for the keys of servers that cannot be asked themselves. May be given several times.',
  }),
  'federation.hostOverrides': setting(
    mapOf(address),
    {},
    {
      argument: 'NAME=HOST:PORT,…',
      doc: 'Server names that are reached at a fixed host and port, without discovery.',
    },
  ),
  'policyServer.enabled': setting(oneOf(['on', 'off']), 'off', {
    argument: 'on|off',
    doc: 'Whether this server is the policy server of rooms that name it: it refuses what the settings below do not allow.',
  }),
  'policyServer.deniedServers': setting(patterns, [], {
    argument: 'GLOB',
    doc: 'Servers whose users may say nothing in those rooms. May be given several times, as the four below.',
  }),
  'policyServer.deniedUsers': setting(patterns, [], {
    argument: 'GLOB',
    doc: 'User IDs, such as @spam*:*, that may say nothing there.',
  }),
  'policyServer.deniedEventTypes': setting(patterns, [], {
    argument: 'GLOB',
    doc: 'Types of events that are not wanted there, such as m.sticker. Not for those who may ban, nor are the settings below.',
  }),
  'policyServer.deniedMessageTypes': setting(patterns, [], {
    argument: 'GLOB',
    doc: 'Kinds of messages that are not wanted there, such as m.image or m.video.',
  }),
  'policyServer.deniedTexts': setting(patterns, [], {
    argument: 'TEXT',
    doc: 'Texts, in any case, that are not wanted there. A * stands for any run of characters.',
  }),
  'policyServer.mentionsMax': setting(Type.Integer({ minimum: 0 }), 20, {
    argument: 'NUMBER',
    doc: 'The most users that one message there may mention; 0 for any number.',
  }),
  'policyServer.eventsPerMinuteMax': setting(Type.Integer({ minimum: 0 }), 60, {
    argument: 'NUMBER',
    doc: 'The most events of one user in one of those rooms in a minute; 0 for any number.',
  }),
  'ledger.folder': setting(Type.String(), '', {
    argument: 'DIR',
    doc: 'A git repository in which the history of the rooms is written as signed commits; made if absent. Empty: off.',
  }),
  'ledger.content': setting(oneOf(['none', 'unencrypted-rooms', 'all']), 'none', {
    argument: 'none|unencrypted-rooms|all',
    doc: 'Rooms whose events are also written with their contents, on the branch content. Without them they are redacted.',
  }),
  'ledger.flushMs': setting(Type.Integer({ minimum: 0, maximum: 3_600_000 }), 1_000, {
    argument: 'MILLISECONDS',
    doc: 'How long events wait for others to share a commit with; 0 makes a commit of every change.',
  }),
  'ledger.checkout': setting(oneOf(['on', 'off']), 'off', {
    argument: 'on|off',
    doc: 'Keeps the files in ledger.folder as they are in the newest commit. Needs the git program.',
  }),
  'ledger.remote': setting(Type.String(), '', {
    argument: 'NAME|URL',
    doc: 'Where the ledger is pushed to, fast-forward only. Needs the git program.',
  }),
  'ledger.pushIntervalMs': setting(Type.Integer({ minimum: 1_000, maximum: 86_400_000 }), 60_000, {
    argument: 'MILLISECONDS',
    doc: 'The shortest time between two pushes.',
  }),
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
/** The configuration of a running server: one value per setting, under the setting's own dotted name. */
export type Config = { readonly [Name in SettingName]: Static<(typeof settings)[Name]['schema']> }

export const settingNames = Object.keys(settings) as readonly SettingName[]

const words = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('.', '-')

/** `federation.trustedCaFile` → `--federation-trusted-ca-file` */
export const flagOf = (name: string): string => `--${words(name)}`

/** `federation.trustedCaFile` → `MYELIN_FEDERATION_TRUSTED_CA_FILE` */
export const variableOf = (name: string): string => `MYELIN_${words(name).replaceAll('-', '_').toUpperCase()}`
