// Whose data this is: the server name that every local ID ends with.

/** Statements of migration 4, in order. */
export const identityMigration: readonly string[] = [`CREATE TABLE identity (server_name TEXT NOT NULL)`]
