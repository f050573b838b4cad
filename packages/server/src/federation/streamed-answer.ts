// The answer of another server as a stream: its lists element by element, within bounds on bytes and on time.
import type { EndpointDefinition } from '@myelin/protocol/endpoint'
import { streamedAnswerTimeoutMs, streamedValueBytesMax } from '../federation-limits.ts'
import { FederationError, reasonOf } from './federation-error.ts'
import { JsonStream, JsonStreamError, type StreamedValue } from './json-stream.ts'
import { discard } from './outbound.ts'
import type { PeerClient, PeerInput } from './peer-client.ts'

export interface StreamOptions {
  /** Members that are read element by element, and those that are read whole. */
  readonly lists: readonly string[]
  readonly values: readonly string[]
  /** For the whole answer. */
  readonly bytesMax: number
  /** Until the answer begins. */
  readonly answerTimeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Asks a server that is being left alone after failures. */
  readonly evenIfFailing?: boolean
}

/** Calls an endpoint and yields what its answer holds as it comes. Throws FederationError, and the signal's reason. */
export async function* streamAnswer<const D extends EndpointDefinition>(
  peers: PeerClient,
  serverName: string,
  { definition, input, ...options }: StreamOptions & { readonly definition: D; readonly input: PeerInput<D> },
): AsyncGenerator<StreamedValue, void> {
  const limit = AbortSignal.timeout(streamedAnswerTimeoutMs)
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit
  const { answerTimeoutMs, evenIfFailing = false } = options
  const { body } = await peers.open(serverName, definition, input, { signal, answerTimeoutMs, evenIfFailing })
  const stream = new JsonStream({
    lists: new Set(options.lists),
    values: new Set(options.values),
    valueBytesMax: streamedValueBytesMax,
  })
  let bytes = 0
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > options.bytesMax) throw new JsonStreamError(`it is longer than ${options.bytesMax} bytes`)
      yield* stream.push(chunk)
    }
    stream.finish()
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason
    if (error instanceof JsonStreamError)
      throw new FederationError('malformed', serverName, `gave an answer that cannot be read: ${error.message}`)
    throw error instanceof FederationError
      ? error
      : new FederationError('unreachable', serverName, `could not be read: ${reasonOf(error)}`, { cause: error })
  } finally {
    discard(body)
  }
}
