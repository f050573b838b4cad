// The two servers of the suite, started once for all files, and scenarios that are played in both directions.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfig } from '@myelin/server/config/load'
import { systemEnvironment } from '@myelin/server/environment'
import { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { startServer, type RunningServer } from '@myelin/server/server'
import { User } from '../../system/testing/api.ts'
import { freePort } from '../../system/testing/free-port.ts'
import { kindOf } from './kinds.ts'
import type { Homeserver, Kind } from './server-process.ts'

class Myelin implements Homeserver {
  readonly serverName: string
  readonly baseUrl: string
  readonly #flags: Readonly<Record<string, unknown>>
  #running: RunningServer | undefined

  private constructor(serverName: string, baseUrl: string, flags: Readonly<Record<string, unknown>>) {
    this.serverName = serverName
    this.baseUrl = baseUrl
    this.#flags = flags
  }

  static async create(folder: string, authority: CertificateAuthority): Promise<Myelin> {
    const [client, federation] = [await freePort(), await freePort()]
    const serverName = `localhost:${federation}`
    const { cert, key } = authority.issue('localhost')
    const [tlsCert, tlsKey] = [join(folder, 'myelin.crt'), join(folder, 'myelin.key')]
    writeFileSync(tlsCert, cert)
    writeFileSync(tlsKey, key)
    return new Myelin(serverName, `http://127.0.0.1:${client}`, {
      ...{ serverName, tlsCert, tlsKey },
      data: join(folder, 'myelin'),
      listen: [`127.0.0.1:${client}`],
      listenTls: [`127.0.0.1:${federation}`],
      registration: 'open',
      rateLimits: 'off',
      logLevel: process.env['LOG'] ?? 'error',
      'federation.allowPrivateAddresses': true,
      'federation.trustedCaFile': authority.caFile,
    })
  }

  async start(): Promise<void> {
    this.#running = await startServer(loadConfig({ flags: this.#flags, file: undefined }), systemEnvironment)
  }
  async stop(): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]()
    this.#running = undefined
  }
}

const folder = mkdtempSync(join(tmpdir(), 'myelin-interop-'))
export const authority: CertificateAuthority = new CertificateAuthority()
export const kind: Kind = kindOf(process.env['INTEROP_WITH'] ?? 'synapse')
/** The homeserver of the other kind. */
export const other: Homeserver = await kind.create({ folder: join(folder, 'other'), authority })
export const myelin: Homeserver = await Myelin.create(folder, authority)
after(() => Promise.all([other.stop(), myelin.stop()]))
await Promise.all([other.start(), myelin.start()])

// Also when the run is ended before its time.
process.once('exit', () => {
  authority[Symbol.dispose]()
  if (process.env['LOG'] === undefined) rmSync(folder, { recursive: true, force: true })
  else process.stderr.write(`What the servers left is in ${folder}\n`)
})

let users = 0

/** One whose rooms are of a version that both servers know, unless another is asked for. */
class Visitor extends User {
  override createRoom(body: object = {}): Promise<string> {
    return super.createRoom({ room_version: kind.newestRoomVersion, ...body })
  }
}

/** A new user. Names never collide, so scenarios need not know of one another. */
export const userOf = (server: Homeserver, name: string): Promise<User> =>
  Visitor.register(server.baseUrl, `${name}${users++}`)

export interface Stage {
  /** Where the room is made, and who makes it. */
  readonly home: Homeserver
  readonly host: User
  /** Where the others come from, and one of them. */
  readonly away: Homeserver
  readonly guest: User
  /** One more user of one of the two. */
  another(server: Homeserver, name: string): Promise<User>
}

type Scenario<More = unknown> = (stage: Stage & More) => Promise<void>

function play(title: string, [home, away]: readonly [Homeserver, Homeserver], scenario: Scenario): void {
  const nameOf = (server: Homeserver) => (server === myelin ? 'Myelin' : kind.name)
  const name = `${nameOf(away)} comes to ${nameOf(home)}: ${title}`
  const skip = kind.omitted.find(([pattern]) => pattern.test(name))?.[1] ?? false
  void test(name, { skip }, async () => {
    const [host, guest] = await Promise.all([userOf(home, 'host'), userOf(away, 'guest')])
    await scenario({ home, host, away, guest, another: userOf })
  })
}

/** A scenario with the room on the other server and the guest from Myelin. */
export const myelinComes = (title: string, scenario: Scenario): void => play(title, [other, myelin], scenario)

/** A scenario in both directions. */
export function bothWays(title: string, scenario: Scenario): void {
  play(title, [myelin, other], scenario)
  myelinComes(title, scenario)
}

/** The same, for each of the room versions that new rooms have. */
export function bothWaysInEachVersion(title: string, scenario: Scenario<{ readonly version: string }>): void {
  for (const version of ['10', '11', '12'])
    bothWays(`version ${version}: ${title}`, (stage) => scenario({ ...stage, version }))
}
