// Thumbnails that have been made: which file each size of an image is.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface ThumbnailKey {
  /** Hash of the image, or its content URI for a thumbnail that another server made. */
  readonly source: string
  readonly width: number
  readonly height: number
  readonly method: string
  readonly animated: boolean
}

export interface ThumbnailRow extends Row {
  readonly hash: string
  readonly bytes: number
  readonly contentType: string
}

type KeyColumn = 'source' | 'width' | 'height' | 'method' | 'animated'
const columnsOf = ({ source, width, height, method, animated }: ThumbnailKey) => ({
  ...{ source, width, height, method },
  animated: animated ? 1 : 0,
})

const select = sql`
  SELECT hash, bytes, content_type AS "contentType" FROM thumbnails
  WHERE source = ${'source'} AND width = ${'width'} AND height = ${'height'} AND method = ${'method'}
    AND animated = ${'animated'}`

export const thumbnailRow = (read: Reader, key: ThumbnailKey): Promise<ThumbnailRow | undefined> =>
  read.get<ThumbnailRow, KeyColumn>(select, columnsOf(key))

const insert = sql`
  INSERT INTO thumbnails (source, width, height, method, animated, hash, bytes, content_type)
  VALUES (${'source'}, ${'width'}, ${'height'}, ${'method'}, ${'animated'}, ${'hash'}, ${'bytes'}, ${'contentType'})
  ON CONFLICT (source, width, height, method, animated) DO NOTHING`

export const insertThumbnail = (w: Write, key: ThumbnailKey, row: ThumbnailRow): void =>
  w.run(insert, { ...columnsOf(key), ...row })

const count = sql`SELECT count(*) AS count FROM thumbnails WHERE source = ${'source'}`

/** How many thumbnails an image has. */
export const thumbnailCount = async (read: Reader, source: string): Promise<number> =>
  (await read.get<{ count: number }, 'source'>(count, { source }))?.count ?? 0

const hashes = sql`SELECT DISTINCT hash FROM thumbnails WHERE source = ${'source'}`

/** The files that are thumbnails of an image. */
export const thumbnailHashes = async (read: Reader, source: string): Promise<string[]> =>
  (await read.all<{ hash: string }, 'source'>(hashes, { source })).map(({ hash }) => hash)

const remove = sql`DELETE FROM thumbnails WHERE source = ${'source'}`

/** Forgets all thumbnails of an image. */
export const deleteThumbnails = (w: Write, source: string): void => w.run(remove, { source })
