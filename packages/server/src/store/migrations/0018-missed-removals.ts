// What put users of this server out of rooms while it was not in them.

/** Statements of migration 18, in order. */
export const missedRemovalsMigration: readonly string[] = [
  // origin: the server that sent the event. ts: when it came. json: the event in federation format.
  `CREATE TABLE missed_removals (
    room_nid INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    ts BIGINT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (room_nid, event_id)
  )`,
  'CREATE INDEX missed_removals_by_time ON missed_removals (ts)',
]
