// A request and a response as the server's own code sees them, free of the listener that carries them.
import type { RawResponse } from '@myelin/protocol/handlers'

export interface HttpRequest {
  readonly method: string
  /** The path as it was sent, still percent-encoded. */
  readonly path: string
  /** What follows the question mark, or the empty string. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Address of the caller; the one a trusted proxy names, if there is one in between. */
  readonly address: string
  /** It came over the socket in the data folder: whoever can open that is the operator. */
  readonly isOperator: boolean
  /** Aborted when the caller goes away or the server stops. */
  readonly signal: AbortSignal
  /** The whole body as text. Throws `M_TOO_LARGE` beyond `bytesMax`, `M_NOT_JSON` for what is not UTF-8. */
  text(bytesMax: number): Promise<string>
  /** The body as it arrives, read no faster than it is asked for. Leaving it unread leaves the answer possible. */
  stream(): AsyncIterable<Uint8Array>
}

export type HttpResponse = RawResponse
export type Handle = (request: HttpRequest) => Promise<HttpResponse>
