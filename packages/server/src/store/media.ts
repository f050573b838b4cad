// Files by content URI: what is known of each, who uploaded it, and how much of it there is.
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface MediaRow extends Row {
  readonly serverName: string
  readonly mediaId: string
  /** SHA-256 of the file, hexadecimal; null until there is one. */
  readonly hash: string | null
  readonly bytes: number
  readonly contentType: string
  readonly fileName: string | null
  /** Who uploaded it; 0 for files of other servers. */
  readonly user: number
  readonly createdMs: number
  /** Until when a reserved content URI waits for its file. */
  readonly expiresMs: number | null
  readonly accessedMs: number
  /** 1 when it is not to be had without an access token. */
  readonly needsToken: number
  readonly quarantinedMs: number | null
}

export interface MediaKey {
  readonly serverName: string
  readonly mediaId: string
}

const columns = fragment(`server_name AS "serverName", media_id AS "mediaId", hash, bytes,
  content_type AS "contentType", file_name AS "fileName", user_nid AS "user", created_ts AS "createdMs",
  expires_ts AS "expiresMs", accessed_ts AS "accessedMs", needs_token AS "needsToken",
  COALESCE(quarantined_ts, (SELECT q.quarantined_ts FROM quarantined_files q WHERE q.hash = media.hash))
    AS "quarantinedMs"`)

const select = sql`SELECT ${columns} FROM media WHERE server_name = ${'serverName'} AND media_id = ${'mediaId'}`

/** What a content URI stands for. */
export const mediaRow = (read: Reader, { serverName, mediaId }: MediaKey): Promise<MediaRow | undefined> =>
  read.get<MediaRow, 'serverName' | 'mediaId'>(select, { serverName, mediaId })

const upsert = sql`
  INSERT INTO media (server_name, media_id, hash, bytes, content_type, file_name, user_nid, created_ts, expires_ts,
    accessed_ts, needs_token, quarantined_ts)
  VALUES (${'serverName'}, ${'mediaId'}, ${'hash'}, ${'bytes'}, ${'contentType'}, ${'fileName'}, ${'user'},
    ${'createdMs'}, ${'expiresMs'}, ${'accessedMs'}, ${'needsToken'}, ${'quarantinedMs'})
  ON CONFLICT (server_name, media_id) DO UPDATE SET hash = excluded.hash, bytes = excluded.bytes,
    content_type = excluded.content_type, file_name = excluded.file_name, created_ts = excluded.created_ts,
    expires_ts = excluded.expires_ts, accessed_ts = excluded.accessed_ts, needs_token = excluded.needs_token,
    quarantined_ts = excluded.quarantined_ts`

/** Writes what a content URI stands for. */
export const putMedia = (w: Write, row: MediaRow): void => w.run(upsert, { ...row })

const addCached = sql`
  INSERT INTO media (server_name, media_id, bytes, content_type, user_nid, created_ts, accessed_ts, needs_token)
  VALUES (${'serverName'}, ${'mediaId'}, ${'bytes'}, 'application/octet-stream', 0, ${'now'}, ${'now'}, 1)
  ON CONFLICT (server_name, media_id) DO UPDATE SET bytes = media.bytes + excluded.bytes`

/** Counts bytes that are kept for a file of another server which itself is not here: its thumbnails. */
export const addCachedBytes = (w: Write, { serverName, mediaId }: MediaKey, bytes: number, now: number): void =>
  w.run(addCached, { serverName, mediaId, bytes, now })

const touch = sql`
  UPDATE media SET accessed_ts = ${'accessedMs'} WHERE server_name = ${'serverName'} AND media_id = ${'mediaId'}`

/** Notes when it was last asked for. */
export const touchMedia = (w: Write, { serverName, mediaId }: MediaKey, accessedMs: number): void =>
  w.run(touch, { serverName, mediaId, accessedMs })

const remove = sql`DELETE FROM media WHERE server_name = ${'serverName'} AND media_id = ${'mediaId'}`

/** Forgets a content URI. */
export const deleteMedia = (w: Write, { serverName, mediaId }: MediaKey): void => w.run(remove, { serverName, mediaId })

const pending = sql`
  SELECT count(*) AS count FROM media WHERE user_nid = ${'user'} AND hash IS NULL AND expires_ts > ${'now'}`

/** How many content URIs a user has reserved that wait for their file. */
export const pendingUploads = async (read: Reader, user: number, now: number): Promise<number> =>
  (await read.get<{ count: number }, 'user' | 'now'>(pending, { user, now }))?.count ?? 0

const removeExpired = sql`
  DELETE FROM media WHERE user_nid = ${'user'} AND hash IS NULL AND expires_ts <= ${'now'} AND quarantined_ts IS NULL`

/** Forgets a user's content URIs that have waited too long. */
export const deleteExpired = (w: Write, user: number, now: number): void => w.run(removeExpired, { user, now })

const usage = sql`SELECT bytes, files FROM media_usage WHERE user_nid = ${'user'}`

export interface MediaUsage extends Row {
  readonly bytes: number
  readonly files: number
}

/** How much a user has uploaded. */
export const mediaUsage = async (read: Reader, user: number): Promise<MediaUsage> =>
  (await read.get<MediaUsage, 'user'>(usage, { user })) ?? { bytes: 0, files: 0 }

const addUsage = sql`
  INSERT INTO media_usage (user_nid, bytes, files) VALUES (${'user'}, ${'bytes'}, ${'files'})
  ON CONFLICT (user_nid) DO UPDATE SET bytes = media_usage.bytes + excluded.bytes,
    files = media_usage.files + excluded.files`

/** Counts what a user has uploaded, or with negative numbers what was deleted. */
export const addMediaUsage = (w: Write, user: number, { bytes, files }: MediaUsage): void =>
  w.run(addUsage, { user, bytes, files })

const cached = sql`SELECT COALESCE(SUM(bytes), 0) AS bytes FROM media WHERE user_nid = 0 AND quarantined_ts IS NULL`

/** How much of other servers' files is kept. */
export const cachedBytes = async (read: Reader): Promise<number> =>
  (await read.get<{ bytes: number }>(cached, {}))?.bytes ?? 0

const leastRecent = sql`
  SELECT ${columns} FROM media WHERE user_nid = 0 AND quarantined_ts IS NULL AND accessed_ts < ${'before'}
  ORDER BY accessed_ts LIMIT ${'limit'}`

/** Files of other servers that were last asked for before a time, the longest ago first. */
export const leastRecentlyAccessed = (read: Reader, before: number, limit: number): Promise<MediaRow[]> =>
  read.all<MediaRow, 'before' | 'limit'>(leastRecent, { before, limit })

const countUris = sql`SELECT count(*) AS count FROM media WHERE hash = ${'hash'}`

/** How many content URIs stand for a file. */
export const uriCount = async (read: Reader, hash: string): Promise<number> =>
  (await read.get<{ count: number }, 'hash'>(countUris, { hash }))?.count ?? 0

const uses = sql`
  SELECT 1 AS found FROM media WHERE hash = ${'hash'} UNION ALL SELECT 1 FROM thumbnails WHERE hash = ${'hash'} LIMIT 1`

/** Whether any content URI or thumbnail stands for the file. */
export const isFileUsed = async (read: Reader, hash: string): Promise<boolean> =>
  (await read.get(uses, { hash })) !== undefined

const quarantine = sql`
  INSERT INTO quarantined_files (hash, quarantined_ts) VALUES (${'hash'}, ${'ms'}) ON CONFLICT (hash) DO NOTHING`
const release = sql`DELETE FROM quarantined_files WHERE hash = ${'hash'}`

/** Puts a file into quarantine, or takes it out. */
export const setFileQuarantine = (w: Write, hash: string, ms: number | null): void =>
  ms === null ? w.run(release, { hash }) : w.run(quarantine, { hash, ms })
