// A Synapse process on SQLite in a folder of its own, set up for a closed network and for tests: no rate limits, cheap
// password hashes, anybody may register.
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../system/testing/free-port.ts'
import { installed, installSynapse } from './install.ts'
import { ServerProcess, type Kind, type Place } from './server-process.ts'

const unlimited = { per_second: 100_000, burst_count: 100_000 }

export const synapse: Kind = {
  name: 'Synapse',
  newestRoomVersion: '12',
  omitted: [[/^Synapse comes .* a knock is withdrawn$/, 'Synapse tells nobody when its user withdraws a knock']],
  install: installSynapse,
  create,
}

async function create({ folder, authority }: Place): Promise<ServerProcess> {
  mkdirSync(folder, { recursive: true })
  const ports = { client: await freePort(), federation: await freePort() }
  const configuration = join(folder, 'homeserver.yaml')
  const parameters = ['-m', 'synapse.app.homeserver', '--config-path', configuration]
  const synapse = new ServerProcess({ command: installed(installSynapse()), parameters, folder, ports })
  const { cert, key } = authority.issue('127.0.0.1', 'localhost')
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('tls.crt', cert)
  write('tls.key', key)
  write('signing.key', `ed25519 a_interop ${randomBytes(32).toString('base64').replaceAll('=', '')}\n`)
  write('log.yaml', JSON.stringify(logging(folder)))
  const listeners = [
    {
      port: ports.client,
      type: 'http',
      bind_addresses: ['127.0.0.1'],
      resources: [{ names: ['client', 'federation'] }],
    },
    {
      ...{ port: ports.federation, type: 'http', tls: true, bind_addresses: ['127.0.0.1'] },
      resources: [{ names: ['client', 'federation', 'keys', 'media'] }],
    },
  ]
  // JSON is YAML.
  writeFileSync(configuration, JSON.stringify({ ...settings(synapse.serverName, { folder, authority }), listeners }))
  return synapse
}

const settings = (serverName: string, { folder, authority }: Place) => ({
  server_name: serverName,
  database: { name: 'sqlite3', args: { database: join(folder, 'homeserver.db') } },
  tls_certificate_path: join(folder, 'tls.crt'),
  tls_private_key_path: join(folder, 'tls.key'),
  federation_custom_ca_list: [authority.caFile],
  ip_range_blacklist: [],
  trusted_key_servers: [],
  suppress_key_server_warning: true,
  signing_key_path: join(folder, 'signing.key'),
  log_config: join(folder, 'log.yaml'),
  pid_file: join(folder, 'pid'),
  media_store_path: join(folder, 'media'),
  macaroon_secret_key: 'interop macaroons',
  form_secret: 'interop forms',
  report_stats: false,
  enable_registration: true,
  enable_registration_without_verification: true,
  bcrypt_rounds: 4,
  presence: { enabled: true },
  // Otherwise the same first /sync, asked twice within two minutes, gets the same answer.
  caches: { sync_response_cache_duration: '0s' },
  allow_public_rooms_over_federation: true,
  allow_public_rooms_without_auth: true,
  // Anybody may publish a room, as at Myelin.
  room_list_publication_rules: [{ action: 'allow' }],
  // A server that was away is tried again soon.
  federation: {
    max_long_retry_delay: '1s',
    destination_min_retry_interval: '1s',
    destination_max_retry_interval: '2s',
  },
  ...rateLimits,
})

const rateLimits = {
  rc_message: unlimited,
  rc_registration: unlimited,
  rc_login: { address: unlimited, account: unlimited, failed_attempts: unlimited },
  rc_joins: { local: unlimited, remote: unlimited },
  rc_joins_per_room: unlimited,
  rc_invites: { per_room: unlimited, per_user: unlimited, per_issuer: unlimited },
  rc_presence: { per_user: unlimited },
  rc_room_creation: unlimited,
  rc_key_requests: unlimited,
  rc_media_create: unlimited,
  rc_federation: {
    window_size: 1000,
    sleep_limit: 100_000,
    sleep_delay: 1,
    reject_limit: 100_000,
    concurrent: 100,
  },
}

const logging = (folder: string) => ({
  version: 1,
  formatters: { line: { format: '%(asctime)s %(levelname)s %(name)s %(request)s %(message)s' } },
  filters: { context: { '()': 'synapse.logging.context.LoggingContextFilter', request: '' } },
  handlers: {
    file: {
      class: 'logging.FileHandler',
      filename: join(folder, 'log'),
      formatter: 'line',
      filters: ['context'],
    },
  },
  root: { level: process.env['LOG'] === undefined ? 'WARNING' : 'INFO', handlers: ['file'] },
  disable_existing_loggers: false,
})
