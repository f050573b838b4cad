// Media: files of users and of other servers, put together. https://spec.matrix.org/v1.19/client-server-api/#content-repository
import { join } from 'node:path'
import type { MxcUri } from '@myelin/protocol/identifiers'
import type { Environment } from '../environment.ts'
import { createOutbound, type Outbound } from '../federation/outbound.ts'
import type { PeerClient } from '../federation/peer-client.ts'
import type { Logger } from '../http/log.ts'
import type { MediaKey } from '../store/media.ts'
import { createKeyedMutex } from '../store/keyed-mutex.ts'
import type { Store } from '../store/store.ts'
import { createArrivals } from './arrivals.ts'
import type { Content, MediaRequest } from './content.ts'
import type { MediaConfig, MediaContext } from './context.ts'
import { download } from './download.ts'
import { createEviction } from './eviction.ts'
import { FileFolder } from './file-folder.ts'
import { ImageThumbnails } from './image-thumbnails.ts'
import { deleteFile, purgeRemote, setQuarantine } from './moderation.ts'
import { createPreviews, type Previews } from './previews.ts'
import { createRemoteFetches } from './remote-fetches.ts'
import { Thumbnailer } from './thumbnailer.ts'
import { thumbnail, type ThumbnailRequest } from './thumbnails.ts'
import { create, upload, uploadTo, type UploadRequest, type UploadToRequest } from './upload.ts'

export interface MediaOptions {
  readonly config: MediaConfig & { readonly data: string; readonly durability: 'power' | 'process' }
  readonly environment: Environment
  readonly store: Store
  readonly peers: PeerClient
  readonly outbound: Outbound
  readonly log: Logger
}

export interface Media extends Previews, AsyncDisposable {
  /** Stores a file of a user (by nid) and gives its content URI. Throws `M_TOO_LARGE` and `M_FORBIDDEN`. */
  upload(request: UploadRequest): Promise<MxcUri>
  /** Reserves a content URI for a user (by nid). Throws `M_LIMIT_EXCEEDED` when many wait for their files. */
  create(user: number): Promise<{ readonly content_uri: MxcUri; readonly unused_expires_at: number }>
  /** Stores the file of a reserved URI. Throws `M_NOT_FOUND`, `M_FORBIDDEN`, `M_CANNOT_OVERWRITE_MEDIA`. */
  uploadTo(request: UploadToRequest): Promise<void>
  /** Throws `M_NOT_FOUND`, `M_NOT_YET_UPLOADED`, and for files of other servers what goes wrong there. */
  download(request: MediaRequest): Promise<Content>
  /** The same, and `M_UNKNOWN` for what no thumbnail can be made of. */
  thumbnail(request: ThumbnailRequest): Promise<Content>
  /** Throws `M_NOT_FOUND`. */
  deleteFile(key: MediaKey): Promise<void>
  /** Throws `M_NOT_FOUND` for a URI of this server that stands for nothing. */
  setQuarantine(key: MediaKey, isQuarantined: boolean): Promise<void>
  /** Forgets files of other servers that nobody has asked for since. */
  purgeRemote(beforeMs: number): Promise<{ readonly files: number; readonly bytes: number }>
}

export function createMedia(options: MediaOptions): Media {
  const { config, environment, log } = options
  const onMissing = (path: string) => log.error({ path }, 'A file of media/ is missing; it is answered as not found')
  const folder = join(config.data, 'media')
  const base: MediaContext = {
    ...options,
    files: new FileFolder({ folder, isSynced: config.durability === 'power', environment, onMissing }),
    arrivals: createArrivals(environment),
    mutex: createKeyedMutex(),
  }
  const eviction = createEviction(base)
  const thumbnailer = new Thumbnailer({ environment })
  const web = createOutbound({ allowPrivateAddresses: config['media.urlPreviewPrivateAddresses'] })
  const context = {
    ...base,
    fetches: createRemoteFetches(base, eviction.stored),
    thumbnails: new ImageThumbnails(base, thumbnailer),
  }
  return {
    upload: (request) => upload(context, request),
    create: (user) => create(context, user),
    uploadTo: (request) => uploadTo(context, request),
    download: (request) => download(context, request),
    thumbnail: (request) => thumbnail(context, request),
    deleteFile: (key) => deleteFile(context, key),
    setQuarantine: (key, isQuarantined) => setQuarantine(context, key, isQuarantined),
    purgeRemote: (beforeMs) => purgeRemote(context, beforeMs),
    ...createPreviews(base, web),
    [Symbol.asyncDispose]: async () => {
      await thumbnailer[Symbol.asyncDispose]()
      await web[Symbol.asyncDispose]()
    },
  }
}
