// A server beside the servers of a synthetic room, which do as the test says.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '@myelin/server/environment'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { SyntheticRemote } from '../../../bench/federation/synthetic-remote.ts'
import { syntheticRoom, type SyntheticRoom } from '../../../bench/federation/synthetic-room.ts'
import { NetworkServer } from './network.ts'

export class SyntheticNetwork implements AsyncDisposable {
  readonly room: SyntheticRoom
  readonly remote: SyntheticRemote
  /** The server under test, `joiner.test`. */
  readonly server: NetworkServer
  /** Its data folder. */
  readonly data: string
  /** Its settings. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly #authority: Disposable

  private constructor(
    parts: Pick<SyntheticNetwork, 'room' | 'remote' | 'server' | 'data' | 'settings'>,
    authority: Disposable,
  ) {
    this.room = parts.room
    this.remote = parts.remote
    this.data = parts.data
    this.settings = parts.settings
    this.server = parts.server
    this.#authority = authority
  }

  static async create(options: {
    readonly members: number
    /** On so many servers, `s0.remote.test` and so on. */
    readonly servers?: number
    readonly omitsMembers: boolean
    /** Of the server under test; the machine's unless told. */
    readonly environment?: Environment
  }): Promise<SyntheticNetwork> {
    const { members, servers = 3, omitsMembers, environment } = options
    const serverNames = Array.from({ length: servers }, (_, index) => `s${index}.remote.test`)
    const room = syntheticRoom({ members, serverNames, events: 2 * members })
    const authority = new CertificateAuthority()
    const certificate = authority.issue('*.remote.test')
    const remote = await SyntheticRemote.start(room, { certificate, omitsMembers })
    const data = mkdtempSync(join(tmpdir(), 'myelin-joiner-'))
    const settings = {
      ...{ serverName: 'joiner.test', data, registration: 'open', rateLimits: 'off' },
      listen: ['127.0.0.1:0'],
      logLevel: process.env['LOG'] ?? 'error',
      'federation.allowPrivateAddresses': true,
      'federation.trustedCaFile': authority.caFile,
      'federation.hostOverrides': remote.hostOverrides,
    }
    const server = new NetworkServer('joiner.test', settings, environment)
    const network = new SyntheticNetwork({ room, remote, server, data, settings }, authority)
    await network.server.start()
    return network
  }

  async restart(): Promise<void> {
    await this.server.stop()
    await this.server.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop()
    await this.remote[Symbol.asyncDispose]()
    this.#authority[Symbol.dispose]()
    rmSync(this.data, { recursive: true, force: true })
  }
}
