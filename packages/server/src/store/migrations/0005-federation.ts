// Keys of other servers, what is still to be sent to them, and how far the readers of the journal have come.

/** Statements of migration 5, in order. */
export const federationMigration: readonly string[] = [
  // public_key: unpadded base64. valid_until_ts: of a current key; expired_ts: of a retired one, else NULL.
  `CREATE TABLE server_keys (
    server_name TEXT NOT NULL,
    key_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    valid_until_ts BIGINT NOT NULL,
    expired_ts BIGINT,
    PRIMARY KEY (server_name, key_id)
  )`,
  // The last key document of a server as it signed it, for notaries to pass on.
  `CREATE TABLE server_key_documents (
    server_name TEXT PRIMARY KEY,
    json TEXT NOT NULL,
    fetched_ts BIGINT NOT NULL,
    valid_until_ts BIGINT NOT NULL
  )`,

  // How far a reader of the journal has come.
  `CREATE TABLE journal_readers (name TEXT PRIMARY KEY, position BIGINT NOT NULL)`,

  // Servers that are behind: everything for them up to position has been delivered. A server without a row has got
  // everything up to the position of the reader `federation`.
  `CREATE TABLE destinations (
    server_name TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    next_try_ts BIGINT NOT NULL,
    last_success_ts BIGINT NOT NULL,
    last_error TEXT NOT NULL
  )`,

  // EDUs that must arrive, such as to-device messages, until they have. position: of their journal entry.
  `CREATE TABLE outbound_edus (
    server_name TEXT NOT NULL,
    position BIGINT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (server_name, position)
  )`,
]
