// One keep-alive HTTP/1.1 connection over a bare socket: a request out, a response in, in order. Cheap enough to leave
// the processor to the server that is measured.
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface Outgoing {
  readonly method: string
  readonly path: string
  readonly token?: string | undefined
  readonly body?: unknown
  /** The body as it is, in place of `body`. */
  readonly text?: string
  /** The whole header, in place of a token's. */
  readonly authorization?: string
}

export class Connection {
  readonly #socket: Socket
  readonly #host: string
  #received: Buffer = Buffer.alloc(0)
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined

  private constructor(socket: Socket, host: string) {
    this.#socket = socket
    this.#host = host
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', (error) => this.#waiting?.reject(error))
    socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection')))
  }

  static open(baseUrl: string): Promise<Connection> {
    const { hostname, port, protocol, host } = new URL(baseUrl)
    const plainHost = hostname.replace(/^\[(.*)\]$/, '$1')
    return new Promise((resolve, reject) => {
      const opened = () => resolve(new Connection(socket, host))
      const socket: Socket =
        protocol === 'https:'
          ? connectTls({ host: plainHost, port: Number(port || 443), servername: plainHost }, opened)
          : connectTcp({ host: plainHost, port: Number(port || 80) }, opened)
      socket.once('error', reject)
    })
  }

  /** The bytes of a request, to be sent with `send`; made ahead so that making them is not measured. */
  build({ method, path, token, body, text: given, authorization: whole }: Outgoing): Buffer {
    const text = given ?? (body === undefined ? '' : JSON.stringify(body))
    const credentials = whole ?? (token === undefined ? undefined : `Bearer ${token}`)
    const authorization = credentials === undefined ? '' : `Authorization: ${credentials}\r\n`
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${authorization}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`
    return Buffer.from(head + text)
  }

  send(bytes: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(bytes)
    })
  }

  request(outgoing: Outgoing): Promise<Answer> {
    return this.send(this.build(outgoing))
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const answer = parseAnswer(this.#received)
    if (answer === undefined || this.#waiting === undefined) return
    this.#received = Buffer.alloc(0)
    const { resolve } = this.#waiting
    this.#waiting = undefined
    resolve(answer)
  }
}

/** The answer when all of it is there. One request is under way at a time, so whatever follows it is not ours. */
function parseAnswer(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  const start = headEnd + 4
  if (length !== undefined) {
    const end = start + Number(length)
    return bytes.length < end ? undefined : { status, body: bytes.toString('utf8', start, end) }
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, body: '' }
  const body = parseChunks(bytes, start)
  return body === undefined ? undefined : { status, body }
}

function parseChunks(bytes: Buffer, start: number): string | undefined {
  const parts: Buffer[] = []
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (bytes.length < next) return undefined
    if (size === 0) return Buffer.concat(parts).toString('utf8')
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = next
  }
}
