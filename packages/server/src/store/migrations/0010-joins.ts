// Joins of rooms of other servers that are under way.

/** Statements of migration 10, in order. */
export const joinsMigration: readonly string[] = [
  // What a local user asked for, until it is done or given up. servers: JSON array of names.
  `CREATE TABLE join_intents (
    room_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    servers TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id)
  )`,
  // Rooms that this server came into without their members. join_nid: the join that brought it in. servers: JSON array of
  // the names of those in the room, the one that let this server in first. completed: journal position at which the
  // members had come; NULL while they are still to come.
  `CREATE TABLE late_members (
    room_nid INTEGER PRIMARY KEY,
    join_nid INTEGER NOT NULL,
    servers TEXT NOT NULL,
    completed BIGINT
  )`,
]
