// The network between simulated servers: it delays and so reorders, drops, repeats, and can be cut into parts.
import { Readable } from 'node:stream'
import { FederationError } from '@myelin/server/federation/federation-error'
import type { OutboundResponse } from '@myelin/server/federation/outbound'
import type { Transport, TransportRequest } from '@myelin/server/federation/transport'
import type { HttpResponse } from '@myelin/server/http/message'
import type { Clock } from './clock.ts'
import type { Machine } from './machine.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'

export interface IncomingCall {
  readonly method: string
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A server at its place in the network. */
export interface Host {
  readonly serverName: string
  /** Undefined while the server is down. */
  readonly machine: Machine | undefined
  answer(call: IncomingCall): Promise<HttpResponse>
}

export interface Weather {
  /** Of a request or its answer, each. */
  readonly lossProbability: number
  readonly repeatProbability: number
  readonly latencyMaxMs: number
}

export const fair: Weather = { lossProbability: 0, repeatProbability: 0, latencyMaxMs: 20 }
const lossNoticedMs = 12_000

export class FakeNetwork {
  weather: Weather = fair
  /** Requests that have not been answered. */
  underWay = 0
  readonly #clock: Clock
  readonly #random: Random
  readonly #trace: Trace
  readonly #hosts = new Map<string, Host>()
  /** Part of the network each server is in. */
  #parts = new Map<string, number>()

  constructor(clock: Clock, random: Random, trace: Trace) {
    this.#clock = clock
    this.#random = random
    this.#trace = trace
  }

  add(host: Host): void {
    this.#hosts.set(host.serverName, host)
  }

  /** Cuts the network: servers reach those in the same part. */
  cut(parts: ReadonlyMap<string, number>): void {
    this.#parts = new Map(parts)
  }

  heal(): void {
    this.#parts.clear()
    this.weather = fair
  }

  /** What carries the requests of a server. */
  transportOf(from: string, machine: Machine): Transport {
    return { send: (to, request) => this.#send({ from, machine, to, request }) }
  }

  #isCut(a: string, b: string): boolean {
    return (this.#parts.get(a) ?? 0) !== (this.#parts.get(b) ?? 0)
  }

  #latencyMs(): number {
    const { latencyMaxMs } = this.weather
    return (
      1 + (this.#random.chance(0.05) ? this.#random.unit() * latencyMaxMs * 20 : this.#random.unit() * latencyMaxMs)
    )
  }

  #isLost(from: string, to: string): boolean {
    return this.#isCut(from, to) || this.#random.chance(this.weather.lossProbability)
  }

  #send({ from, machine, to, request }: Sending): Promise<OutboundResponse> {
    return new Promise((resolve, reject) => {
      this.underWay++
      let isOpen = true
      /** Ends the exchange once; a machine that has failed hears of nothing. */
      const close = (end: () => void): void => {
        if (!isOpen) return
        isOpen = false
        this.underWay--
        if (machine.isRunning) end()
      }
      const fail = (reason: string) => close(() => reject(new FederationError('unreachable', to, reason)))
      machine.onFailure(() => close(() => undefined))
      request.signal?.addEventListener('abort', () => close(() => reject(request.signal?.reason)), { once: true })
      if (request.signal?.aborted) return close(() => reject(request.signal?.reason))
      const attempt = (): void => {
        if (!machine.isRunning) return
        const line = `${from} → ${to} ${request.method} ${request.uri}`
        if (this.#isLost(from, to)) {
          this.#trace.add(`${line} is lost`)
          return void this.#clock.after(lossNoticedMs, () => fail('nothing answers'))
        }
        this.#clock.after(
          this.#latencyMs(),
          () => void this.#deliver({ from, to, request, line, fail, close, resolve }),
        )
      }
      attempt()
      if (this.#random.chance(this.weather.repeatProbability)) attempt()
    })
  }

  async #deliver(exchange: Exchange): Promise<void> {
    const { from, to, request, line, fail, close, resolve } = exchange
    const host = this.#hosts.get(to)
    const machine = host?.machine
    if (!host || !machine) return void this.#clock.after(1, () => fail('the connection is refused'))
    machine.onFailure(() => this.#clock.after(1, () => fail('the connection is reset')))
    const { status, headers, body } = await host.answer(callOf(request))
    const text = typeof body === 'string' ? body : body === undefined ? '' : Buffer.from(await bytesOf(body)).toString()
    if (!machine.isRunning) return
    this.#trace.add(`${line} ${status} ${status === 200 ? `${text.length} characters` : text.slice(0, 300)}`)
    if (this.#isLost(to, from)) return void this.#clock.after(lossNoticedMs, () => fail('the answer is lost'))
    const answer = { status, headers: lowerCase(headers ?? {}) }
    this.#clock.after(this.#latencyMs(), () =>
      close(() => resolve({ ...answer, body: Readable.from([Buffer.from(text)]) })),
    )
  }
}

interface Sending {
  readonly from: string
  readonly machine: Machine
  readonly to: string
  readonly request: TransportRequest
}

interface Exchange {
  readonly from: string
  readonly to: string
  readonly request: TransportRequest
  readonly line: string
  readonly fail: (reason: string) => void
  readonly close: (end: () => void) => void
  readonly resolve: (response: OutboundResponse) => void
}

const callOf = ({ method, uri, headers, body }: TransportRequest): IncomingCall => ({
  method,
  uri,
  headers: lowerCase(headers),
  body,
})

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const bytesOf = (body: Exclude<HttpResponse['body'], string | undefined>): Promise<ArrayBuffer> =>
  new Response(body as ConstructorParameters<typeof Response>[0]).arrayBuffer()
