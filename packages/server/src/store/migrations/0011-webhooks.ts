// Webhooks: the hooks, the rooms each tells, what has been delivered to them, and what they have said where.

/** Statements of the migration, in order. */
export const webhooksMigration: readonly string[] = [
  `CREATE TABLE webhooks (
    nid INTEGER PRIMARY KEY,
    hook_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    wishes TEXT NOT NULL,
    muted_until BIGINT NOT NULL,
    created_ts BIGINT NOT NULL
  )`,
  `CREATE TABLE webhook_rooms (
    hook_nid INTEGER NOT NULL,
    room_id TEXT NOT NULL,
    PRIMARY KEY (hook_nid, room_id)
  )`,
  `CREATE INDEX webhook_rooms_by_room ON webhook_rooms (room_id)`,
  `CREATE TABLE webhook_deliveries (
    nid INTEGER PRIMARY KEY,
    hook_nid INTEGER NOT NULL,
    delivery_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    received_ts BIGINT NOT NULL,
    stories TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    result TEXT NOT NULL,
    UNIQUE (hook_nid, delivery_id)
  )`,
  `CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (hook_nid, nid) WHERE state = 'waiting'`,
  `CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (received_ts)`,
  `CREATE TABLE webhook_messages (
    hook_nid INTEGER NOT NULL,
    room_id TEXT NOT NULL,
    story_key TEXT NOT NULL,
    event_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    ts BIGINT NOT NULL,
    PRIMARY KEY (hook_nid, room_id, story_key)
  )`,
  `CREATE INDEX webhook_messages_by_age ON webhook_messages (ts)`,
  `CREATE TABLE webhook_branches (
    hook_nid INTEGER NOT NULL,
    branch_key TEXT NOT NULL,
    memory TEXT NOT NULL,
    PRIMARY KEY (hook_nid, branch_key)
  )`,
  `CREATE TABLE webhook_account (user_nid INTEGER PRIMARY KEY, device_nid INTEGER NOT NULL)`,
]
