// Another server, as far as the wire is concerned: HTTPS on this machine, answering as the test says.
import type { lookup } from 'node:dns'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Endpoint } from '../resolve-server.ts'
import type { Certificate } from './certificate-authority.ts'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (seen: Seen, response: ServerResponse) => void | Promise<void>

export class TlsPeer implements AsyncDisposable {
  readonly #server: Server
  /** Requests received, in order. */
  readonly seen: Seen[] = []
  /** Server names asked for by SNI, one for each connection. */
  readonly sni: (string | false)[] = []
  answer: Answer

  private constructor(certificate: Certificate, answer: Answer) {
    this.answer = answer
    this.#server = createServer({ ...certificate }, (request, response) => void this.#serve(request, response))
    this.#server.on('secureConnection', (socket) => this.sni.push(socket.servername ?? false))
  }

  /** Listens on a port of its own, or on one that was free before. */
  static start(certificate: Certificate, answer: Answer, port = 0): Promise<TlsPeer> {
    return TlsPeer.startAt({ host: '127.0.0.1', port }, certificate, answer)
  }

  /** The same at an address of this machine. */
  static async startAt({ host, port }: Endpoint, certificate: Certificate, answer: Answer): Promise<TlsPeer> {
    const peer = new TlsPeer(certificate, answer)
    await new Promise<void>((resolve, reject) => peer.#server.once('error', reject).listen(port, host, resolve))
    return peer
  }

  /** Shows another certificate to those who ask for this name. */
  addCertificate(name: string, certificate: Certificate): void {
    this.#server.addContext(name, certificate)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get endpoint(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.port }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = []
    for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString() }
    this.seen.push(seen)
    await this.answer(seen, response)
  }
}

/** Answers with JSON. */
export const json =
  (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
  }

/** Looks every name up as this machine. */
export const lookupHere = ((_name: string, _options: unknown, callback: (...result: unknown[]) => void) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof lookup
