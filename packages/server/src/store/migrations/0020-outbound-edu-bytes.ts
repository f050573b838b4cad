// How long EDUs for other servers are, so that what is kept for one can be bounded without reading it.

/** Statements of migration 20, in order. */
export const outboundEduBytesMigration: readonly string[] = [
  'ALTER TABLE outbound_edus ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0',
  'UPDATE outbound_edus SET bytes = octet_length(json)',
  'DROP INDEX outbound_edus_by_time',
  'CREATE INDEX outbound_edus_by_time ON outbound_edus (added_ts, server_name, bytes)',
]
