// Where the commits of the ledger end.

/** Statements of migration 9, in order. */
export const ledgerMigration: readonly string[] = [`CREATE TABLE ledger_commits (position INTEGER PRIMARY KEY)`]
