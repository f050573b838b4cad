// Files in a folder, each named by its hash: `files/ab/ab34…`. What arrives is written to `incoming/`, synced, and moved
// into place; what a crash leaves there is thrown away at the next start.
import { createHash, type Hash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { access, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { randomString, type Environment } from '../environment.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import { missingFilesRememberedMax } from '../limits.ts'
import type { ByteRange, IncomingFile, MediaFiles, StoredFile } from './files.ts'
import { FileMissing } from './refusals.ts'

export interface FileFolderOptions {
  /** Made if it is not there. */
  readonly folder: string
  /** Whether a kept file survives a loss of power. */
  readonly isSynced: boolean
  readonly environment: Environment
  /** Told once of each file that should be there and is not, by its path. */
  readonly onMissing: (path: string) => void
}

export class FileFolder implements MediaFiles {
  readonly #options: FileFolderOptions
  readonly #incoming: string
  readonly #missing = new BoundedMap<true>(missingFilesRememberedMax)

  constructor(options: FileFolderOptions) {
    this.#options = options
    this.#incoming = join(options.folder, 'incoming')
    mkdirSync(join(options.folder, 'files'), { recursive: true })
    mkdirSync(this.#incoming, { recursive: true })
    for (const name of readdirSync(this.#incoming)) rmSync(join(this.#incoming, name), { force: true })
  }

  async receive(): Promise<IncomingFile> {
    const path = this.scratchPath()
    return this.#incomingFile(path, await open(path, 'wx+'))
  }

  async open(hash: string, range?: ByteRange): Promise<Readable> {
    const handle = await this.#present(hash, (path) => open(path, 'r'))
    return handle.createReadStream({ ...range })
  }

  async localPath(hash: string): Promise<string> {
    return this.#present(hash, async (path) => {
      await access(path)
      return path
    })
  }

  scratchPath(): string {
    return join(this.#incoming, randomString(this.#options.environment, 24))
  }

  async adopt(path: string): Promise<IncomingFile> {
    const handle = await open(path, 'r+')
    const file = this.#incomingFile(path, handle)
    await file.readAll()
    return file
  }

  async remove(hash: string): Promise<void> {
    await rm(this.#pathOf(hash), { force: true })
  }

  async #present<T>(hash: string, use: (path: string) => Promise<T>): Promise<T> {
    const path = this.#pathOf(hash)
    try {
      return await use(path)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      if (this.#missing.get(path) === undefined) this.#options.onMissing(path)
      this.#missing.set(path, true)
      throw new FileMissing()
    }
  }

  #pathOf(hash: string): string {
    return join(this.#options.folder, 'files', hash.slice(0, 2), hash)
  }

  #incomingFile(path: string, handle: FileHandle): FolderFile {
    return new FolderFile({ path, handle, isSynced: this.#options.isSynced, placeOf: (hash) => this.#pathOf(hash) })
  }
}

interface FolderFileOptions {
  readonly path: string
  readonly handle: FileHandle
  readonly isSynced: boolean
  readonly placeOf: (hash: string) => string
}

class FolderFile implements IncomingFile {
  readonly #options: FolderFileOptions
  readonly #hash: Hash = createHash('sha256')
  #bytes = 0
  #finished: StoredFile | undefined
  #isKept = false
  /** One for whoever writes, one for each reader. */
  #holders = 1

  constructor(options: FolderFileOptions) {
    this.#options = options
  }

  get bytes(): number {
    return this.#bytes
  }

  async write(chunk: Uint8Array): Promise<void> {
    let written = 0
    while (written < chunk.length) {
      const { bytesWritten } = await this.#options.handle.write(chunk, written, chunk.length - written, this.#bytes)
      this.#hash.update(chunk.subarray(written, written + bytesWritten))
      written += bytesWritten
      this.#bytes += bytesWritten
    }
  }

  /** Takes what is in the file as written. */
  async readAll(): Promise<void> {
    for (;;) {
      const chunk = await this.read(this.#bytes, 64 * 1024)
      if (chunk.length === 0) return
      this.#hash.update(chunk)
      this.#bytes += chunk.length
    }
  }

  finish(): StoredFile {
    return (this.#finished ??= { hash: this.#hash.digest('hex'), bytes: this.#bytes })
  }

  async keep(): Promise<void> {
    const { handle, path, placeOf, isSynced } = this.#options
    if (isSynced) await handle.sync()
    const place = placeOf(this.finish().hash)
    const made = await mkdir(dirname(place), { recursive: true })
    await rename(path, place)
    this.#isKept = true
    if (!isSynced) return
    await syncFolder(dirname(place))
    if (made !== undefined) await syncFolder(dirname(dirname(place)))
  }

  async read(offset: number, bytesMax: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafe(bytesMax)
    const { bytesRead } = await this.#options.handle.read(buffer, 0, bytesMax, offset)
    return buffer.subarray(0, bytesRead)
  }

  hold(): void {
    this.#holders++
  }

  async release(): Promise<void> {
    if (--this.#holders === 0) await this.#options.handle.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
    if (!this.#isKept) await rm(this.#options.path, { force: true })
  }
}

/** Makes the names in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
