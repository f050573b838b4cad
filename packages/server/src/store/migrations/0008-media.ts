// Files of users and of other servers: what a content URI stands for, and the files themselves by their hash.

/** Statements of migration 8, in order. */
export const mediaMigration: readonly string[] = [
  // What a content URI stands for. hash: of its file, NULL until there is one. user_nid: who uploaded it, 0 for nobody
  // here. expires_ts: until when a reserved URI waits for its file. needs_token: stored while downloads without an access
  // token were frozen.
  `CREATE TABLE media (
    server_name TEXT NOT NULL,
    media_id TEXT NOT NULL,
    hash TEXT,
    bytes BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    file_name TEXT,
    user_nid BIGINT NOT NULL,
    created_ts BIGINT NOT NULL,
    expires_ts BIGINT,
    accessed_ts BIGINT NOT NULL,
    needs_token INTEGER NOT NULL,
    quarantined_ts BIGINT,
    PRIMARY KEY (server_name, media_id)
  )`,
  `CREATE INDEX media_by_hash ON media (hash)`,
  `CREATE INDEX media_pending ON media (user_nid) WHERE hash IS NULL`,
  `CREATE INDEX media_by_access ON media (accessed_ts, bytes) WHERE user_nid = 0 AND quarantined_ts IS NULL`,

  // Hashes of files that are to be served to nobody, however they come.
  `CREATE TABLE quarantined_files (hash TEXT PRIMARY KEY, quarantined_ts BIGINT NOT NULL)`,

  // How much each user has uploaded.
  `CREATE TABLE media_usage (user_nid BIGINT PRIMARY KEY, bytes BIGINT NOT NULL, files BIGINT NOT NULL)`,

  // source: hash of the file, or the content URI for a thumbnail that another server made. animated: 0 or 1.
  `CREATE TABLE thumbnails (
    source TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    method TEXT NOT NULL,
    animated INTEGER NOT NULL,
    hash TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    PRIMARY KEY (source, width, height, method, animated)
  )`,
  `CREATE INDEX thumbnails_by_hash ON thumbnails (hash)`,
]
