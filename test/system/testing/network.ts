// Several servers that federate with one another over TLS on this machine, with certificates of a test authority.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@myelin/server/config/load'
import { systemEnvironment, type Environment } from '@myelin/server/environment'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { startServer, type OpenServices, type RunningServer } from '@myelin/server/server'
import { User } from './api.ts'
import { freePort } from './free-port.ts'

/** A server of the network; it can be stopped and started again on its data. */
export class NetworkServer {
  readonly serverName: string
  readonly #flags: Readonly<Record<string, unknown>>
  readonly #environment: Environment
  #running: RunningServer | undefined

  constructor(serverName: string, flags: Readonly<Record<string, unknown>>, environment = systemEnvironment) {
    this.serverName = serverName
    this.#flags = flags
    this.#environment = environment
  }

  /** Its data folder. */
  get data(): string {
    return String(this.#flags['data'])
  }
  /** Where other servers find it. */
  get federationPort(): number {
    return Number(this.#running?.urls.map((url) => new URL(url)).find(({ protocol }) => protocol === 'https:')?.port)
  }
  get baseUrl(): string {
    return this.#running?.urls.find((url) => url.startsWith('http:')) ?? ''
  }
  /** The server's own parts, for a peer that does not keep to the rules. */
  get services(): OpenServices {
    if (!this.#running) throw new Error('The server is not running')
    return this.#running.services
  }
  async start(): Promise<void> {
    const config = loadConfig({ flags: this.#flags, file: undefined })
    this.#running = await startServer(config, this.#environment)
  }
  async stop(): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]()
    this.#running = undefined
  }
  user(name: string): Promise<User> {
    return User.register(this.baseUrl, name)
  }
}

interface NetworkOptions {
  /** What a server has besides, by its name. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Of all servers; the machine's unless told. */
  readonly environment?: Environment
}

export class Network implements AsyncDisposable {
  readonly servers: readonly NetworkServer[]
  /** Ports of servers that are not Myelin, by name. */
  readonly ports: ReadonlyMap<string, number>
  readonly authority: CertificateAuthority
  readonly #folder: string

  private constructor(parts: Pick<Network, 'servers' | 'ports' | 'authority'> & { readonly folder: string }) {
    this.servers = parts.servers
    this.ports = parts.ports
    this.authority = parts.authority
    this.#folder = parts.folder
  }

  /** Servers `hs1.test`, `hs2.test` and so on, which find servers of other names at ports of this machine too. */
  static async create(
    count: number,
    others: readonly string[] = [],
    { settings = {}, environment }: NetworkOptions = {},
  ): Promise<Network> {
    const authority = new CertificateAuthority()
    const folder = mkdtempSync(join(tmpdir(), 'myelin-network-'))
    const names = Array.from({ length: count }, (_, index) => `hs${index + 1}.test`)
    const all = [...names, ...others]
    const ports = await Promise.all(all.map(freePort))
    const overrides = Object.fromEntries(all.map((name, index) => [name, `127.0.0.1:${ports[index]}`]))
    const servers = names.map((serverName, index) => {
      const certificate = authority.issue(serverName)
      const [tlsCert, tlsKey] = ['cert', 'key'].map((part) => join(folder, `${serverName}.${part}`))
      writeFileSync(tlsCert ?? '', certificate.cert)
      writeFileSync(tlsKey ?? '', certificate.key)
      const flags = {
        ...{ serverName, tlsCert, tlsKey },
        data: join(folder, serverName),
        listen: ['127.0.0.1:0'],
        listenTls: [`127.0.0.1:${ports[index]}`],
        registration: 'open',
        rateLimits: 'off',
        logLevel: process.env['LOG'] ?? 'error',
        'federation.allowPrivateAddresses': true,
        'federation.trustedCaFile': authority.caFile,
        'federation.hostOverrides': overrides,
        ...settings[serverName],
      }
      return new NetworkServer(serverName, flags, environment)
    })
    const otherPorts = new Map(others.map((name, index) => [name, ports[count + index] ?? 0]))
    const network = new Network({ servers, ports: otherPorts, authority, folder })
    await Promise.all(servers.map((server) => server.start()))
    return network
  }

  server(index: number): NetworkServer {
    const server = this.servers[index]
    if (!server) throw new Error('There is no such server')
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()))
    this.authority[Symbol.dispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const eventuallyMaxMs = 60_000

/** Waits until `look` gives something, as long as a busy machine may take. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + eventuallyMaxMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error('It did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
