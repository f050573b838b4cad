// Where the histories of rooms fork.

/** Statements of migration 6, in order. */
export const forksMigration: readonly string[] = [
  // snapshot: the state after the event in the event graph, where events.snapshot is another.
  `CREATE TABLE fork_states (event_nid INTEGER PRIMARY KEY, snapshot INTEGER NOT NULL)`,
]
