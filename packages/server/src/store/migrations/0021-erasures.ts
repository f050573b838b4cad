// When users asked to have erased what they wrote.

/** Statements of migration 21, in order. */
export const erasuresMigration: readonly string[] = [
  // Position of the journal; of those who asked before it was kept, that of this migration.
  'ALTER TABLE accounts ADD COLUMN erased_position BIGINT',
  'UPDATE accounts SET erased_position = (SELECT COALESCE(MAX(position), 0) FROM journal) WHERE is_erased = 1',
  'CREATE INDEX accounts_erased ON accounts (user_nid, erased_position) WHERE erased_position IS NOT NULL',
]
