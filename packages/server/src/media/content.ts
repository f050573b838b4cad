// A file as it is handed to whoever asked: what it is, and its bytes when they are wanted.
import type { Readable } from 'node:stream'
import type { ByteRange } from './files.ts'

export interface Content {
  readonly contentType: string
  readonly fileName: string | undefined
  /** Undefined while it is still arriving from another server. */
  readonly bytes: number | undefined
  /** Names what the bytes are; undefined while they are still arriving. */
  readonly hash: string | undefined
  /** Of a file whose length is known, a part can be had. */
  open(range?: ByteRange): Promise<Readable>
}

/** A file that another server has put elsewhere is fetched from there; this tells where to. */
export interface MediaRequest {
  readonly serverName: string
  readonly mediaId: string
  /** How long to wait for a file that has not been uploaded yet. */
  readonly timeoutMs?: number | undefined
  /** Whether a file that is not here is asked for at its server. */
  readonly allowRemote?: boolean | undefined
  /** Whether the caller has shown an access token, or is a server that signs its requests. */
  readonly isAuthenticated: boolean
}
