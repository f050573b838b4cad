// A node:http request behind the server's own interface.
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { MatrixError } from '@myelin/protocol/errors'
import { GatheredBytes } from './gathered-bytes.ts'
import type { HttpRequest } from './message.ts'
import type { ProxyTrust } from './proxy-trust.ts'
import {
  requestBodyIdleTimeoutMs,
  requestBodyPieceBytesMin,
  requestBodyPiecesMax,
  requestBodyTimeoutMs,
} from '../limits.ts'

interface Surroundings {
  readonly trust: ProxyTrust
  readonly isOperator?: boolean
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal
}

export class NodeRequest implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly isOperator: boolean
  readonly #message: IncomingMessage
  readonly #response: ServerResponse
  readonly #surroundings: Surroundings
  #signal: AbortSignal | undefined

  constructor(message: IncomingMessage, response: ServerResponse, surroundings: Surroundings) {
    const url = message.url ?? '/'
    const mark = url.indexOf('?')
    this.method = message.method ?? 'GET'
    this.path = mark < 0 ? url : url.slice(0, mark)
    this.query = mark < 0 ? '' : url.slice(mark + 1)
    this.isOperator = surroundings.isOperator ?? false
    this.#message = message
    this.#response = response
    this.#surroundings = surroundings
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    return this.#message.headers as Readonly<Record<string, string | undefined>>
  }

  get address(): string {
    const { remoteAddress = '' } = this.#message.socket
    return this.#surroundings.trust.caller(remoteAddress, this.headers['x-forwarded-for'])
  }

  get signal(): AbortSignal {
    return (this.#signal ??= this.#gone())
  }

  #gone(): AbortSignal {
    const gone = new AbortController()
    const abort = () => gone.abort()
    const { stopping } = this.#surroundings
    stopping.addEventListener('abort', abort, { once: true })
    this.#response.once('close', () => {
      stopping.removeEventListener('abort', abort)
      gone.abort()
    })
    if (stopping.aborted || this.#response.destroyed) gone.abort()
    return gone.signal
  }

  text(bytesMax: number): Promise<string> {
    const message = this.#message
    if (Number(message.headers['content-length'] ?? 0) > bytesMax) return Promise.reject(tooLarge(bytesMax))
    this.#welcomeBody()
    return new Promise((resolve, reject) => {
      const tooSlow = setTimeout(() => reject(brokenOff(408)), requestBodyTimeoutMs)
      const bytes = new GatheredBytes()
      message.on('data', (chunk: Buffer) => {
        if (isCrumbled(bytes)) return void message.destroy(new Error('the pieces are too small'))
        if (bytes.length + chunk.length <= bytesMax) return bytes.add(chunk)
        message.pause()
        clearTimeout(tooSlow)
        reject(tooLarge(bytesMax))
      })
      message.on('end', () => {
        clearTimeout(tooSlow)
        const body = bytes.whole()
        if (isUtf8(body)) resolve(body.toString('utf8'))
        else reject(new MatrixError('M_NOT_JSON', 'The body is not UTF-8'))
      })
      message.on('error', (cause) => {
        clearTimeout(tooSlow)
        reject(brokenOff(400, cause))
      })
    })
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    const message = this.#message
    this.#welcomeBody()
    message.setTimeout(requestBodyIdleTimeoutMs, () => message.destroy(new Error('nothing arrived in time')))
    try {
      // Ending the message would end the connection, and with it the answer.
      yield* message.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
    } catch (cause) {
      throw brokenOff(400, cause)
    } finally {
      message.socket.setTimeout(0)
    }
  }

  /** Tells a caller who waits for it that the body may come. */
  #welcomeBody(): void {
    if (this.headers['expect']?.toLowerCase() === '100-continue') this.#response.writeContinue()
  }
}

/** Nobody sends bodies like this but to keep the server busy. */
const isCrumbled = ({ pieces, length }: GatheredBytes): boolean =>
  pieces > requestBodyPiecesMax && length < pieces * requestBodyPieceBytesMin

const brokenOff = (status: number, cause?: unknown) =>
  new MatrixError('M_UNKNOWN', 'The request broke off', { status, cause })

const tooLarge = (bytesMax: number) =>
  new MatrixError('M_TOO_LARGE', `The request is larger than the ${bytesMax} bytes allowed here`)
