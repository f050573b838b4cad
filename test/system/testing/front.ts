// Something in front of a server that loses answers, limits rates or relays what it is told to, as networks do.
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

/** What to do with a request: pass it on, refuse it as rate-limited, or pass it on and lose the answer. */
export type Fate = 'pass' | 'limit' | 'lose answer'

export class Front implements AsyncDisposable {
  readonly baseUrl: string
  /** Method and path of every request, in order. */
  readonly seen: string[]
  readonly #server: Server

  private constructor(server: Server, seen: string[]) {
    this.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.seen = seen
    this.#server = server
  }

  /** Stands in front of the server at a base URL; also relays for clients that take it for their proxy. */
  static async start(target: string, fateOf: (line: string) => Fate = () => 'pass'): Promise<Front> {
    const seen: string[] = []
    const server = createServer((incoming, outgoing) => {
      const line = `${incoming.method} ${incoming.url}`
      seen.push(line)
      const fate = fateOf(line)
      if (fate === 'limit') {
        incoming.resume()
        outgoing.writeHead(429, { 'content-type': 'application/json' })
        outgoing.end('{"errcode":"M_LIMIT_EXCEEDED","error":"Slow down","retry_after_ms":20}')
      } else passOn(target, { incoming, outgoing, isLost: fate === 'lose answer' })
    })
    server.on('connect', (incoming, client) => {
      seen.push(`CONNECT ${incoming.url}`)
      const { hostname, port } = new URL(target)
      const upstream = connect(Number(port), hostname, () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        upstream.pipe(client)
        client.pipe(upstream)
      })
      for (const socket of [upstream, client]) socket.on('error', () => socket.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Front(server, seen)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly isLost: boolean
}

function passOn(target: string, { incoming, outgoing, isLost }: Exchange): void {
  const { hostname, port } = new URL(target)
  const path = incoming.url?.replace(/^http:\/\/[^/]+/, '')
  const upstream = request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
    if (isLost) answer.resume().on('end', () => outgoing.destroy())
    else answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers))
  })
  upstream.on('error', () => outgoing.destroy())
  incoming.pipe(upstream)
}
