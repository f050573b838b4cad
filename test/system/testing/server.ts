// A whole server for a test, on a free port of this machine and a folder of its own: in this process, or as a process
// that can be killed.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@myelin/server/config/load'
import { systemEnvironment } from '@myelin/server/environment'
import { startServer, type RunningServer } from '@myelin/server/server'
import { User } from './api.ts'
import { myelinCommand } from './commands.ts'
import { endProcess } from './end-process.ts'
import { freePort } from './free-port.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'myelin-test-'))

export class TestServer implements AsyncDisposable {
  readonly baseUrl: string
  readonly data: string
  /** Where `metrics.listen` listens, if it does. */
  readonly metricsUrl: string | undefined
  readonly #server: RunningServer

  private constructor(server: RunningServer, data: string) {
    this.baseUrl = server.urls[0] ?? ''
    this.metricsUrl = server.metricsUrls[0]
    this.data = data
    this.#server = server
  }

  /** Settings are those of the configuration; open registration and no rate limits unless told otherwise. */
  static async start(settings: Readonly<Record<string, unknown>> = {}): Promise<TestServer> {
    const data = folder()
    const flags = {
      data,
      listen: ['127.0.0.1:0'],
      registration: 'open',
      rateLimits: 'off',
      logLevel: 'error',
      serverName: 'hs1',
      ...settings,
    }
    return new TestServer(await startServer(loadConfig({ flags, file: undefined }), systemEnvironment), data)
  }

  user(name: string): Promise<User> {
    return User.register(this.baseUrl, name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
    rmSync(this.data, { recursive: true, force: true })
  }
}

/** A server as a process of its own, on the same folder and port through every restart. */
export class ServerProcess implements AsyncDisposable {
  readonly data: string = folder()
  readonly baseUrl: string
  readonly #port: number
  readonly #more: readonly string[]
  #child: ChildProcess | undefined

  private constructor(port: number, more: readonly string[]) {
    this.#port = port
    this.#more = more
    this.baseUrl = `http://127.0.0.1:${port}`
  }

  /** `more`: further options of its command line. */
  static async start(more: readonly string[] = []): Promise<ServerProcess> {
    const server = new ServerProcess(await freePort(), more)
    await server.start()
    return server
  }

  /** Starts it, with the further options it had before unless others are given. */
  async start(more: readonly string[] = this.#more): Promise<void> {
    const options = [
      '--server-name',
      'hs1',
      '--data',
      this.data,
      '--listen',
      `127.0.0.1:${this.#port}`,
      '--registration',
      'open',
      '--rate-limits',
      'off',
      '--log-level',
      'error',
      ...more,
    ]
    const child = spawn(process.execPath, [myelinCommand, 'serve', ...options], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#child = child
    while (child.exitCode === null) {
      const answer = await fetch(`${this.baseUrl}/_matrix/client/versions`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 10)) // what is asked without a pause takes its processor
    }
    throw new Error(`The server stopped with exit code ${child.exitCode} before it answered`)
  }

  /** Ends the process; resolves when it is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await endProcess(this.#child, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM')
    rmSync(this.data, { recursive: true, force: true })
  }
}
