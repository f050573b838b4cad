// When EDUs for other servers were made.

/** Statements of migration 15, in order. */
export const outboundEduTimesMigration: readonly string[] = [
  // Zero until the sender has dated those that were there.
  'ALTER TABLE outbound_edus ADD COLUMN added_ts BIGINT NOT NULL DEFAULT 0',
  'CREATE INDEX outbound_edus_by_time ON outbound_edus (added_ts, server_name)',
]
