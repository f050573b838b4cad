// Thumbnails of images that are here: each size is made once, however many ask, and kept by the hash of its image.
import { MatrixError } from '@myelin/protocol/errors'
import { BoundedMap } from '../federation/bounded-map.ts'
import { thumbnailRefusalsMax, thumbnailSourceBytesMax, thumbnailsPerFileMax } from '../limits.ts'
import {
  insertThumbnail,
  thumbnailCount,
  thumbnailRow,
  type ThumbnailKey,
  type ThumbnailRow,
} from '../store/thumbnails.ts'
import { keepFile, type MediaContext } from './context.ts'
import { tooLarge } from './refusals.ts'
import type { FiledRow } from './stored.ts'
import type { ThumbnailSize } from './thumbnail-size.ts'
import type { Thumbnailer } from './thumbnailer.ts'

export class ImageThumbnails {
  readonly #context: MediaContext
  readonly #thumbnailer: Thumbnailer
  readonly #running = new Map<string, Promise<ThumbnailRow>>()
  /** Images of which no thumbnail can be made: they are not tried again for everybody who asks. */
  readonly #refused = new BoundedMap<MatrixError>(thumbnailRefusalsMax)

  constructor(context: MediaContext, thumbnailer: Thumbnailer) {
    this.#context = context
    this.#thumbnailer = thumbnailer
  }

  /** Throws `M_UNKNOWN` for what no thumbnail can be made of, `M_TOO_LARGE` for what is not worth the work. */
  async of(row: FiledRow, size: ThumbnailSize): Promise<ThumbnailRow> {
    const key = { ...size, source: row.hash }
    const made = await thumbnailRow(this.#context.store.read, key)
    if (made !== undefined) return made
    const name = nameOf(key)
    const known = this.#running.get(name)
    if (known !== undefined) return known
    const running = this.#make(row, key).finally(() => this.#running.delete(name))
    this.#running.set(name, running)
    return running
  }

  async #make(row: FiledRow, key: ThumbnailKey & ThumbnailSize): Promise<ThumbnailRow> {
    const { files, store, config } = this.#context
    const known = this.#refused.get(row.hash)
    if (known !== undefined) throw known
    // "returning a HTTP 413 error with the M_TOO_LARGE code", for files of others 502.
    const status = row.serverName === config.serverName ? 413 : 502
    if (row.bytes > thumbnailSourceBytesMax) throw tooLarge(thumbnailSourceBytesMax, status)
    await requireFew(this.#context, row.hash)
    const to = files.scratchPath()
    const outcome = await this.#thumbnailer.make({ ...key, from: await files.localPath(row.hash), to })
    if (outcome.kind === 'refused') throw this.#remember(row.hash, unsupported())
    if (outcome.kind === 'too large')
      throw this.#remember(row.hash, new MatrixError('M_TOO_LARGE', 'The image has too many pixels', { status }))
    const { kind, contentType } = outcome
    if (kind === 'made') return this.#keep(to, key, contentType)
    const original = { hash: row.hash, bytes: row.bytes, contentType }
    await store.write((w) => insertThumbnail(w, key, original))
    return original
  }

  async #keep(path: string, key: ThumbnailKey, contentType: string): Promise<ThumbnailRow> {
    await using file = await this.#context.files.adopt(path)
    const stored = await keepFile(this.#context, file, (w, each) => insertThumbnail(w, key, { ...each, contentType }))
    return { ...stored, contentType }
  }

  #remember(hash: string, error: MatrixError): MatrixError {
    this.#refused.set(hash, error)
    return error
  }
}

const nameOf = ({ source, width, height, method, animated }: ThumbnailKey) =>
  [source, width, height, method, animated].join(' ')

/** Whoever asks for ever other shapes of one image is not to fill the disk. */
export async function requireFew({ store }: MediaContext, source: string): Promise<void> {
  if ((await thumbnailCount(store.read, source)) >= thumbnailsPerFileMax)
    throw new MatrixError('M_UNKNOWN', 'There are thumbnails enough of this image', { status: 400 })
}

export const unsupported = (): MatrixError =>
  new MatrixError('M_UNKNOWN', 'Cannot generate thumbnails for the requested content', { status: 400 })
