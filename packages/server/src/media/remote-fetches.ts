// Fetching files of other servers: one fetch for all who ask at the same time. Each gets the bytes as they arrive, while
// they are stored; a file that does not come to its end is stored for nobody.
import { Readable } from 'node:stream'
import { abortAfter } from '../environment.ts'
import { mediaTailChunkBytes, remoteMediaAtOnceMax, remoteMediaPerServerMax, remoteMediaTimeoutMs } from '../limits.ts'
import type { StoredFile, IncomingFile } from './files.ts'
import type { Content } from './content.ts'
import { keepFile, type MediaContext } from './context.ts'
import { openRemoteFile, type RemoteFile, type RemoteRequest } from './remote-file.ts'
import { busy, tooLarge, unreachable } from './refusals.ts'
import type { Write } from '../store/store.ts'

/** Writes what the fetched file stands for. */
export type WriteFetched = (w: Write, file: RemoteFile, stored: StoredFile) => void

export interface Fetch {
  /** The file as soon as its server has begun to send it. */
  readonly opened: Promise<Content>
  /** The file once it is stored. */
  readonly kept: Promise<StoredFile>
}

export interface RemoteFetches {
  /** Joins the fetch of that key, or starts it. Throws `M_LIMIT_EXCEEDED` when too many are under way. */
  fetch(key: string, request: Omit<RemoteRequest, 'signal'>, write: WriteFetched): Fetch
}

/** `onStored` is told of the bytes of each file that has been stored. */
export function createRemoteFetches(context: MediaContext, onStored: (bytes: number) => Promise<void>): RemoteFetches {
  const running = new Map<string, RunningFetch>()
  // A server that sends slowly must not take what there is for all of them.
  const isBusy = (serverName: string) =>
    running.size >= remoteMediaAtOnceMax ||
    [...running.values()].filter((each) => each.serverName === serverName).length >= remoteMediaPerServerMax
  return {
    fetch: (key, request, write) => {
      const known = running.get(key)
      if (known !== undefined) return known
      if (isBusy(request.serverName)) throw busy('files are being fetched')
      const started = new RunningFetch(context, request.serverName, write)
      running.set(key, started)
      void started.run(request).finally(() => running.delete(key))
      started.kept.then(({ bytes }) => onStored(bytes)).catch(() => undefined) // whoever asked is told
      return started
    },
  }
}

type State = 'arriving' | 'complete' | { readonly failure: unknown }

class RunningFetch implements Fetch {
  readonly serverName: string
  readonly #context: MediaContext
  readonly #write: WriteFetched
  readonly #opened = Promise.withResolvers<Content>()
  readonly #kept = Promise.withResolvers<StoredFile>()
  #progress = Promise.withResolvers<void>()
  #state: State = 'arriving'

  constructor(context: MediaContext, serverName: string, write: WriteFetched) {
    this.serverName = serverName
    this.#context = context
    this.#write = write
    // Whoever waits for these is told; that nobody does is no failure of its own.
    for (const { promise } of [this.#opened, this.#kept]) promise.catch(() => undefined)
  }

  get opened(): Promise<Content> {
    return this.#opened.promise
  }
  get kept(): Promise<StoredFile> {
    return this.#kept.promise
  }

  async run(request: Omit<RemoteRequest, 'signal'>): Promise<void> {
    const { signal, cancel } = abortAfter(this.#context.environment, remoteMediaTimeoutMs)
    try {
      this.#kept.resolve(await this.#store(await openRemoteFile(this.#context, { ...request, signal })))
    } catch (failure) {
      this.#move({ failure })
      this.#opened.reject(failure)
      this.#kept.reject(failure)
    } finally {
      cancel()
    }
  }

  async #store(remote: RemoteFile): Promise<StoredFile> {
    await using file = await this.#context.files.receive()
    const bytesMax = this.#context.config['media.remoteBytesMax']
    for await (const chunk of limited(remote, bytesMax, () => this.#opened.resolve(this.#contentOf(remote, file)))) {
      await file.write(chunk)
      this.#move('arriving')
    }
    this.#move('complete')
    return await keepFile(this.#context, file, (w, stored) => this.#write(w, remote, stored))
  }

  #move(state: State): void {
    this.#state = state
    this.#progress.resolve()
    this.#progress = Promise.withResolvers()
  }

  #contentOf({ contentType, fileName }: RemoteFile, file: IncomingFile): Content {
    return { contentType, fileName, bytes: undefined, hash: undefined, open: async () => this.#reader(file) }
  }

  /** Reads what has arrived, then what arrives. */
  async #reader(file: IncomingFile): Promise<Readable> {
    if (this.#state !== 'arriving') return this.#context.files.open((await this.kept).hash)
    file.hold()
    return Readable.from(this.#tail(file), { objectMode: false }).once('close', () => void file.release())
  }

  async *#tail(file: IncomingFile): AsyncGenerator<Uint8Array> {
    for (let offset = 0; ;) {
      const progress = this.#progress.promise
      if (offset < file.bytes) {
        const chunk = await file.read(offset, mediaTailChunkBytes)
        offset += chunk.length
        yield chunk
      } else if (this.#state === 'complete') return
      else if (typeof this.#state === 'object') throw this.#state.failure
      else await progress
    }
  }
}

/** The file's bytes as long as there are not too many; `onOpen` is called when the first have come. */
async function* limited(remote: RemoteFile, bytesMax: number, onOpen: () => void): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of unlessBroken(remote.body)) {
    bytes += chunk.length
    if (Math.max(bytes, remote.bytes ?? 0) > bytesMax) throw tooLarge(bytesMax, 502)
    onOpen()
    yield chunk
  }
  if (bytes < (remote.bytes ?? 0)) throw unreachable()
  onOpen()
}

/** What is thrown within an answer is the connection's failure. */
async function* unlessBroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw unreachable(cause)
  }
}
