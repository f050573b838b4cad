// Receipts, read marks, presence, push rules and their exceptions, pushers.

/** Statements of migration 3, in order. */
export const syncMigration: readonly string[] = [
  `CREATE TABLE receipts (
    room_nid INTEGER NOT NULL,
    user_nid INTEGER NOT NULL,
    type TEXT NOT NULL,
    thread TEXT NOT NULL,
    event_id TEXT NOT NULL,
    ts BIGINT NOT NULL,
    ord BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (room_nid, user_nid, type, thread)
  )`,
  `CREATE INDEX receipts_by_position ON receipts (room_nid, position)`,
  `CREATE TABLE read_marks (
    user_nid INTEGER NOT NULL,
    room_nid INTEGER NOT NULL,
    thread_nid INTEGER NOT NULL,
    ord BIGINT NOT NULL,
    notify_count INTEGER NOT NULL,
    highlight_count INTEGER NOT NULL,
    PRIMARY KEY (user_nid, room_nid, thread_nid)
  )`,
  `CREATE INDEX events_by_thread ON events (room_nid, thread_nid, ord) WHERE thread_nid IS NOT NULL`,
  `CREATE TABLE presence (
    user_nid INTEGER PRIMARY KEY,
    presence TEXT NOT NULL,
    status_msg TEXT,
    last_active_ts BIGINT NOT NULL,
    position BIGINT NOT NULL
  )`,
  `CREATE INDEX presence_by_position ON presence (position)`,
  `CREATE TABLE push_rules (
    user_nid INTEGER PRIMARY KEY,
    changes TEXT NOT NULL,
    position BIGINT NOT NULL
  )`,
  `CREATE TABLE push_exceptions (
    user_nid INTEGER NOT NULL,
    room_nid INTEGER NOT NULL,
    ord BIGINT NOT NULL,
    thread_nid INTEGER NOT NULL,
    notify INTEGER NOT NULL,
    highlight INTEGER NOT NULL,
    PRIMARY KEY (user_nid, room_nid, ord)
  )`,
  `CREATE TABLE pushers (
    user_nid INTEGER NOT NULL,
    app_id TEXT NOT NULL,
    pushkey TEXT NOT NULL,
    device_nid INTEGER NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (user_nid, app_id, pushkey)
  )`,
  `CREATE INDEX pushers_by_key ON pushers (pushkey)`,
  `CREATE INDEX account_data_ignored_users ON account_data (user_nid) WHERE type = 'm.ignored_user_list'`,
]
