// What every verb of `media/` works with.
import type { Config } from '../config/settings.ts'
import type { Environment } from '../environment.ts'
import type { Outbound } from '../federation/outbound.ts'
import type { PeerClient } from '../federation/peer-client.ts'
import type { KeyedMutex } from '../store/keyed-mutex.ts'
import type { Store, Write } from '../store/store.ts'
import type { Arrivals } from './arrivals.ts'
import type { IncomingFile, MediaFiles, StoredFile } from './files.ts'

export type MediaConfig = Pick<
  Config,
  | 'serverName'
  | 'media.uploadBytesMax'
  | 'media.userBytesMax'
  | 'media.remoteBytesMax'
  | 'media.remoteCacheBytesMax'
  | 'media.unauthenticated'
  | 'media.urlPreviews'
  | 'media.urlPreviewPrivateAddresses'
>

export interface MediaContext {
  readonly config: MediaConfig
  readonly environment: Environment
  readonly store: Store
  readonly files: MediaFiles
  readonly peers: PeerClient
  readonly outbound: Outbound
  /** Who waits for a file that has not been uploaded yet. */
  readonly arrivals: Arrivals
  /** Held by hash while a file is put in its place or taken away, and by user while something is counted. */
  readonly mutex: KeyedMutex
}

/** Puts a file in its place and writes what stands for it; both are durable when this resolves. */
export async function keepFile(
  { mutex, store }: MediaContext,
  file: IncomingFile,
  write: (w: Write, stored: StoredFile) => void,
): Promise<StoredFile> {
  const stored = file.finish()
  return mutex.run(stored.hash, async () => {
    await file.keep()
    await store.write((w) => write(w, stored))
    return stored
  })
}
