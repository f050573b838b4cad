// A whole server of the simulation: the real one, on a machine, a network and a disk that can fail.
import { createPrivateKey } from 'node:crypto'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@myelin/server/config/load'
import { createLog } from '@myelin/server/http/log'
import type { Handle, HttpRequest, HttpResponse } from '@myelin/server/http/message'
import { createHandle, openServices, startWork, type OpenServices } from '@myelin/server/server'
import type { Clock } from './clock.ts'
import { emptyDatabase } from './empty-database.ts'
import { Machine } from './machine.ts'
import type { FakeNetwork, Host, IncomingCall } from './network.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'

export interface World {
  readonly clock: Clock
  readonly network: FakeNetwork
  readonly trace: Trace
  /** What servers have logged as errors: none is expected. */
  readonly errors: string[]
}

interface Running {
  readonly machine: Machine
  readonly services: OpenServices
  readonly handle: Handle
  readonly sender: AsyncDisposable
  readonly stopping: AbortController
  readonly underWay: Set<Promise<unknown>>
}

const keyName = 'simulated'
export const simulatedKeyId = `ed25519:${keyName}`
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

export class SimulatedServer implements Host {
  readonly serverName: string
  readonly #world: World
  readonly #random: Random
  readonly #folder: string
  readonly #skewMs: number
  #generation = 0
  #running: Running | undefined

  constructor(
    world: World,
    options: { readonly serverName: string; readonly folder: string; readonly random: Random },
  ) {
    const { serverName, folder, random } = options
    this.serverName = serverName
    this.#world = world
    this.#random = random
    this.#folder = join(folder, serverName)
    this.#skewMs = random.chance(0.3) ? random.between(-60_000, 60_000) : random.between(-500, 500)
    this.#furnish()
    world.network.add(this)
  }

  get machine(): Machine | undefined {
    return this.#running?.machine
  }
  /** Of the running server. */
  get services(): OpenServices {
    if (!this.#running) throw new Error(`${this.serverName} is not running`)
    return this.#running.services
  }
  get isRunning(): boolean {
    return this.#running !== undefined
  }

  async start(): Promise<void> {
    const { clock, network, trace } = this.#world
    const machine = new Machine({ clock, random: this.#random.fork(), skewMs: this.#skewMs })
    const substitutes = { transport: network.transportOf(this.serverName, machine), log: this.#log(machine) }
    const services = await openServices(this.#config(), machine, substitutes)
    const handle = createHandle(services)
    const sender = await startWork(services)
    this.#running = { machine, services, handle, sender, stopping: new AbortController(), underWay: new Set() }
    trace.add(`${this.serverName} runs`)
  }

  /** Ends it as an operator would: what is under way may finish. */
  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#world.trace.add(`${this.serverName} stops`)
    this.#running = undefined
    running.stopping.abort()
    await running.services.rooms.joins.stop() // as the server does: nobody is kept waiting for them
    await Promise.race([Promise.all(running.underWay), this.#world.clock.pause(10_000)])
    await running.sender[Symbol.asyncDispose]()
    await running.services[Symbol.asyncDispose]()
    running.machine.fail()
    this.#world.trace.add(`${this.serverName} has stopped`)
  }

  /** Ends it as a loss of power would: of the disk remains what has been written. */
  crash(): void {
    const running = this.#running
    if (running === undefined) return
    this.#world.trace.add(`${this.serverName} crashes`)
    this.#running = undefined
    running.machine.fail()
    const before = this.#data
    this.#generation++
    const isKept = (path: string): boolean => !/\.(lock|db-shm)/.test(path)
    cpSync(before, this.#data, { recursive: true, filter: isKept })
  }

  answer(call: IncomingCall): Promise<HttpResponse> {
    const running = this.#running
    if (running === undefined) throw new Error(`${this.serverName} is not running`)
    const answer = running.handle(requestOf(call, running.stopping.signal))
    running.underWay.add(answer)
    void answer.finally(() => running.underWay.delete(answer))
    return answer
  }

  [Symbol.dispose](): void {
    this.#running?.machine.fail()
    this.#running = undefined
    for (let generation = 0; generation <= this.#generation; generation++)
      rmSync(`${this.#folder}-${generation}`, { recursive: true, force: true })
  }

  get #data(): string {
    return `${this.#folder}-${this.#generation}`
  }

  /** Its key and its database. */
  #furnish(): void {
    const der = Buffer.concat([pkcs8Prefix, this.#random.bytes(32)])
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    mkdirSync(join(this.#data, 'keys'), { recursive: true })
    writeFileSync(join(this.#data, 'keys', `${keyName}.pem`), key.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(join(this.#data, 'myelin.db'), emptyDatabase())
  }

  #config() {
    const flags = {
      serverName: this.serverName,
      data: this.#data,
      durability: 'process',
      registration: 'open',
      rateLimits: 'off',
    }
    return loadConfig({ flags, file: undefined })
  }

  #log(machine: Machine) {
    const { trace, errors } = this.#world
    const write = (line: string): void => {
      if (!machine.isRunning) return
      const entry = `${this.serverName} says ${line.trim()}`
      errors.push(entry)
      trace.add(entry.split('\n', 1)[0] ?? '')
    }
    return createLog({ level: 'error', format: 'line', write, now: machine.now })
  }
}

function requestOf({ method, uri, headers, body = '' }: IncomingCall, signal: AbortSignal): HttpRequest {
  const mark = uri.indexOf('?')
  return {
    method,
    path: mark < 0 ? uri : uri.slice(0, mark),
    query: mark < 0 ? '' : uri.slice(mark + 1),
    headers,
    address: '192.0.2.1',
    isOperator: false,
    signal,
    text: async () => body,
    stream: () => new Blob([body]).stream(),
  }
}
