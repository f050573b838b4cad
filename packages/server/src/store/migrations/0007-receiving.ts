// What is remembered of events and transactions received from other servers.

/** Statements of migration 7, in order. */
export const receivingMigration: readonly string[] = [
  // Why an event was rejected or soft-failed. rule: its number on the page of the room's version, or a word.
  `CREATE TABLE refused_events (
    event_nid INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    ts BIGINT NOT NULL
  )`,

  // The last few transactions of each server and what they were answered; the slots of an origin are used in turn.
  `CREATE TABLE received_transactions (
    origin TEXT NOT NULL,
    slot INTEGER NOT NULL,
    transaction_id TEXT NOT NULL,
    answer TEXT NOT NULL,
    ts BIGINT NOT NULL,
    PRIMARY KEY (origin, slot)
  )`,

  // Events that wait until what they follow has been fetched. json: in federation format.
  `CREATE TABLE staged_events (
    sequence INTEGER PRIMARY KEY,
    room_nid INTEGER NOT NULL,
    origin TEXT NOT NULL,
    event_id TEXT NOT NULL,
    json TEXT NOT NULL
  )`,
]
