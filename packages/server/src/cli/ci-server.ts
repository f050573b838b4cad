// `myelin ci-server SERVER_NAME KEY_NAME,KEY_PATH`: the ci profile with the command line of matrix-ci-server.
import { statSync } from 'node:fs'
import { dataOfStore, gitFolderOf } from '../config/git-store.ts'
import { ConfigError, loadConfig } from '../config/load.ts'
import { selfSignedCertificate } from '../config/self-signed-certificate.ts'
import type { Config } from '../config/settings.ts'
import { requireCiKey, useCiKey } from './ci-key.ts'
import { importSeedOnce } from './import-seed.ts'
import { serve } from './serve.ts'

/** Where matrix-ci-server kept its store unless told otherwise. */
const storePathDefault = '/tmp/ocaml-matrix'

/** The options as they are written, underscores included. */
export interface CiServerOptions {
  readonly addr: string
  readonly client_port: string
  readonly federation_port: string
  readonly store_path?: string
  /** How often -v was given. */
  readonly verbose: number
  readonly quiet?: boolean
  readonly verbosity?: string
  readonly config?: string
  /** False with --no-ledger. */
  readonly ledger: boolean
}

/** Runs the server until it is told to stop. Throws ConfigError for what the operator can mend. */
export async function ciServer(serverName: string, key: string, options: CiServerOptions): Promise<number> {
  requireCiKey(key)
  const path = options.store_path ?? defaultStore()
  const data = dataOfStore(path)
  useCiKey(data, key)
  await importSeedOnce(path, { serverName, data })
  const ledger = options.ledger && gitFolderOf(path) !== undefined ? ledgerIn(path) : {}
  return serve(withCertificate(configFor({ serverName, data, ledger }, options)))
}

/** Under /tmp anybody may have made the folder: it must be one's own. */
function defaultStore(): string {
  console.error(
    `The store is ${storePathDefault}, which does not outlive a restart of the machine: name another with --store_path`,
  )
  const owner = statSync(storePathDefault, { throwIfNoEntry: false })?.uid
  if (owner !== undefined && process.getuid !== undefined && owner !== process.getuid())
    throw new ConfigError(`${storePathDefault} belongs to somebody else. Name another store with --store_path`)
  return storePathDefault
}

/** A commit of every change, and files to look at, in the folder where the operator ran `git init`. */
const ledgerIn = (folder: string): Partial<Config> => ({
  'ledger.folder': folder,
  'ledger.content': 'all',
  'ledger.flushMs': 0,
  'ledger.checkout': 'on',
})

interface CiServer {
  readonly serverName: string
  readonly data: string
  readonly ledger: Partial<Config>
}

function configFor({ serverName, data, ledger: defaults }: CiServer, options: CiServerOptions): Config {
  const host = hostOf(options.addr)
  const flags = {
    ...{ serverName, data, profile: 'ci', legacyQueryToken: 'on' },
    listen: [`${host}:${options.client_port}`],
    listenTls: [`${host}:${options.federation_port}`],
    logLevel: logLevelOf(options),
  }
  return loadConfig({ file: options.config, flags, environment: process.env, defaults })
}

/** `0.0.0.0/0` → `0.0.0.0`: matrix-ci-server takes a network and listens on its address. */
function hostOf(addr: string): string {
  const host = addr.replace(/\/[0-9]+$/, '')
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

const levels: Readonly<Record<string, Config['logLevel']>> = {
  quiet: 'error',
  app: 'error',
  error: 'error',
  warning: 'warn',
  info: 'info',
  debug: 'debug',
}

function logLevelOf({ verbose, quiet = false, verbosity }: CiServerOptions): Config['logLevel'] {
  const level = levels[verbosity ?? (quiet ? 'quiet' : verbose > 1 ? 'debug' : 'info')]
  if (level === undefined)
    throw new ConfigError(`--verbosity: '${verbosity}' is none of ${Object.keys(levels).join(', ')}`)
  return level
}

/** Other servers speak TLS: with a certificate of our own where none is configured. */
function withCertificate(config: Config): Config {
  if (config.tlsCert !== '') return config
  console.error(
    'No certificate is configured: the federation port has a self-signed one, which other servers do not trust. Give tlsCert and tlsKey (MYELIN_TLS_CERT, MYELIN_TLS_KEY), or put a reverse proxy in front.',
  )
  return { ...config, ...selfSignedCertificate(config.data, config.serverName, Date.now()) }
}
