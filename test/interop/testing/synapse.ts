// A Synapse process on SQLite in a folder of its own, set up for a closed network and for tests: no rate limits, cheap
// password hashes, anybody may register.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { freePort } from '../../system/testing/free-port.ts'

const unlimited = { per_second: 100_000, burst_count: 100_000 }

export interface SynapsePlace {
  readonly folder: string
  readonly authority: CertificateAuthority
}

export class Synapse {
  readonly serverName: string
  readonly baseUrl: string
  readonly #folder: string
  #child: ChildProcess | undefined

  private constructor(folder: string, ports: { readonly client: number; readonly federation: number }) {
    this.#folder = folder
    this.serverName = `127.0.0.1:${ports.federation}`
    this.baseUrl = `http://127.0.0.1:${ports.client}`
  }

  /** Writes the configuration; nothing runs yet. */
  static async create({ folder, authority }: SynapsePlace): Promise<Synapse> {
    mkdirSync(folder, { recursive: true })
    const ports = { client: await freePort(), federation: await freePort() }
    const synapse = new Synapse(folder, ports)
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
    write('homeserver.yaml', JSON.stringify({ ...settings(synapse.serverName, { folder, authority }), listeners }))
    return synapse
  }

  /** Of the process that was started last. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when the client API answers. */
  async start(): Promise<void> {
    const python = process.env['INTEROP_PYTHON']
    if (python === undefined) throw new Error('Synapse is not installed')
    const output = openSync(join(this.#folder, 'output'), 'a')
    const parameters = ['-m', 'synapse.app.homeserver', '--config-path', join(this.#folder, 'homeserver.yaml')]
    const child = spawn(python, parameters, { cwd: this.#folder, stdio: ['ignore', output, output] })
    closeSync(output)
    this.#child = child
    // However this process ends, Synapse does not outlive it.
    process.once('exit', () => child.kill('SIGKILL'))
    while (child.exitCode === null && child.signalCode === null) {
      const answer = await fetch(`${this.baseUrl}/_matrix/client/versions`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`Synapse ended before it answered:\n${readFileSync(join(this.#folder, 'output'), 'utf8')}`)
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
}

const settings = (serverName: string, { folder, authority }: SynapsePlace) => ({
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
