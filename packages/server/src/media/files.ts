// Files by their hash, wherever they are kept: what the rest of `media/` needs of a folder, or of an object store.
import type { Readable } from 'node:stream'

/** Bytes from `start` up to and with `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A file that is known by its content. */
export interface StoredFile {
  /** SHA-256, hexadecimal. */
  readonly hash: string
  readonly bytes: number
}

/** A file on its way in: nobody finds it before it is kept, and disposing of it unkept leaves nothing. */
export interface IncomingFile extends AsyncDisposable {
  /** How much has been written. */
  readonly bytes: number
  write(chunk: Uint8Array): Promise<void>
  /** The hash of what has been written; nothing can be written after it. */
  finish(): StoredFile
  /** Makes the finished file durable and puts it in its place. */
  keep(): Promise<void>
  /** Reads what has been written from an offset: at most `bytesMax` bytes. Works for as long as the file is held. */
  read(offset: number, bytesMax: number): Promise<Uint8Array>
  /** Keeps the file readable until as many calls of `release`. */
  hold(): void
  release(): Promise<void>
}

export interface MediaFiles {
  receive(): Promise<IncomingFile>
  /** Throws FileMissing when there is no such file. */
  open(hash: string, range?: ByteRange): Promise<Readable>
  /** A path at which a process of this machine can read the file. Throws FileMissing. */
  localPath(hash: string): Promise<string>
  /** A path of this machine to write to, for `adopt`. */
  scratchPath(): string
  /** Takes in a file of this machine that lies at a scratch path. */
  adopt(path: string): Promise<IncomingFile>
  /** Whether there was no such file does not matter. */
  remove(hash: string): Promise<void>
}
