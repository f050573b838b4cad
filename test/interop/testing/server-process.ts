// Another homeserver, in a process of its own: started, waited for, stopped.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateAuthority } from '@myelin/server/federation/testing/certificate-authority'
import { endProcess } from '../../system/testing/end-process.ts'
import type { Installation } from './install.ts'

/** A homeserver of the suite. It keeps its addresses when it is stopped and started again. */
export interface Homeserver {
  readonly serverName: string
  readonly baseUrl: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** A homeserver that Myelin is set beside. */
export interface Kind {
  readonly name: string
  /** The newest room version that it shares with Myelin. */
  readonly newestRoomVersion: string
  /** What the names of scenarios have that are not played, and why they cannot pass. */
  readonly omitted: readonly (readonly [RegExp, string])[]
  install(): Installation
  /** Writes the configuration; nothing runs yet. */
  create(place: Place): Promise<ServerProcess>
}

export interface Place {
  /** Of the server alone. */
  readonly folder: string
  /** Whom the servers believe one another's certificates. */
  readonly authority: CertificateAuthority
}

export interface Program {
  readonly command: string
  readonly parameters: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  readonly folder: string
  readonly ports: { readonly client: number; readonly federation: number }
}

export class ServerProcess implements Homeserver {
  readonly serverName: string
  readonly baseUrl: string
  readonly #program: Program
  #child: ChildProcess | undefined

  constructor(program: Program) {
    this.#program = program
    this.serverName = `127.0.0.1:${program.ports.federation}`
    this.baseUrl = `http://127.0.0.1:${program.ports.client}`
  }

  /** Of the process that was started last. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when the client API answers. */
  async start(): Promise<void> {
    const { command, parameters, variables, folder } = this.#program
    const output = openSync(join(folder, 'output'), 'a')
    const env = { ...process.env, ...variables }
    const child = spawn(command, parameters, { cwd: folder, env, stdio: ['ignore', output, output] })
    closeSync(output)
    this.#child = child
    // However this process ends, the server does not outlive it.
    process.once('exit', () => child.kill('SIGKILL'))
    while (child.exitCode === null && child.signalCode === null) {
      const answer = await fetch(`${this.baseUrl}/_matrix/client/versions`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`${command} ended before it answered:\n${readFileSync(join(folder, 'output'), 'utf8')}`)
  }

  async stop(): Promise<void> {
    await endProcess(this.#child)
  }
}
