// `myelin ci-server` as its README tells to start it: a key by openssl, a store by git, processes on free ports.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { myelinCommand } from './commands.ts'
import { endProcess } from './end-process.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of `myelin`; resolves when it has ended. */
export function myelin(parameters: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [myelinCommand, ...parameters], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

export interface CiServerAddresses {
  /** The client API. */
  readonly client: string
  /** The federation API, over TLS. */
  readonly federation: string
}

/** A key and a store in a temporary folder, and the server that is started on them. */
export class CiServer implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'myelin-ci-'))
  readonly store: string = join(this.folder, 'store')
  readonly keyPath: string = join(this.folder, 'key.pem')
  readonly serverName: string
  #child: ChildProcess | undefined

  constructor(serverName = 'localhost') {
    this.serverName = serverName
    execFileSync('openssl', ['genpkey', '-algorithm', 'Ed25519', '-out', this.keyPath])
    mkdirSync(this.store)
    this.git('init', '-q')
    this.git('-c', 'user.name=ci', '-c', 'user.email=ci@localhost', 'commit', '-q', '--allow-empty', '-m', 'First')
  }

  git(...parameters: readonly string[]): string {
    return execFileSync('git', parameters, { cwd: this.store, encoding: 'utf8' }).trim()
  }

  /** Resolves when both ports answer. Further variables are settings: `MYELIN_…`. */
  async start(variables: Readonly<Record<string, string>> = {}, federationPort = 0): Promise<CiServerAddresses> {
    const line = [
      ...['ci-server', this.serverName, `foo,${this.keyPath}`, '--addr', '127.0.0.1', `--store_path=${this.store}`],
      ...['--client_port', '0', '--federation_port', String(federationPort), '--verbosity', 'info'],
    ]
    const env = { ...process.env, ...variables }
    const child = spawn(process.execPath, [myelinCommand, ...line], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    const urls: string[] = []
    for await (const entry of createInterface(child.stdout)) {
      urls.push(...(/serves \S+ at (https?:[^\s"]+)/.exec(entry)?.slice(1) ?? []))
      const [client, federation] = urls
      if (client !== undefined && federation !== undefined) {
        child.stdout.resume()
        return { client, federation }
      }
    }
    throw new Error('The server ended before it listened')
  }

  /** Makes an account, whether the server runs or not. */
  async addUser(name: string, password: string): Promise<void> {
    const user = `@${name}:${this.serverName}`
    const { code, stderr } = await myelin(['ci-server-setup', 'user', this.store, user, '-'], password)
    if (code !== 0) throw new Error(stderr)
  }

  async stop(): Promise<void> {
    await endProcess(this.#child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
