// Accounts, their devices and tokens, registration tokens, profiles, account data and filters.

/** Statements of migration 2, in order. */
export const accountsMigration: readonly string[] = [
  `CREATE TABLE accounts (
    user_nid INTEGER PRIMARY KEY,
    password_hash TEXT,
    is_guest INTEGER NOT NULL DEFAULT 0,
    is_admin INTEGER NOT NULL DEFAULT 0,
    is_locked INTEGER NOT NULL DEFAULT 0,
    is_suspended INTEGER NOT NULL DEFAULT 0,
    user_type TEXT,
    created_ms BIGINT NOT NULL,
    deactivated_ms BIGINT,
    is_erased INTEGER NOT NULL DEFAULT 0,
    is_departing INTEGER NOT NULL DEFAULT 0
  )`,
  `CREATE INDEX accounts_departing ON accounts (user_nid) WHERE is_departing = 1`,
  `CREATE TABLE devices (
    nid INTEGER PRIMARY KEY,
    user_nid INTEGER NOT NULL,
    device_id TEXT NOT NULL,
    display_name TEXT,
    created_ms BIGINT NOT NULL,
    last_seen_ms BIGINT,
    last_seen_ip TEXT,
    last_seen_agent TEXT
  )`,
  `CREATE UNIQUE INDEX devices_by_user ON devices (user_nid, device_id)`,
  `CREATE TABLE access_tokens (
    hash TEXT PRIMARY KEY,
    refresh_hash TEXT,
    user_nid INTEGER NOT NULL,
    device_nid INTEGER NOT NULL,
    expires_ms BIGINT,
    replaces TEXT
  )`,
  `CREATE UNIQUE INDEX access_tokens_by_refresh ON access_tokens (refresh_hash) WHERE refresh_hash IS NOT NULL`,
  `CREATE INDEX access_tokens_by_device ON access_tokens (device_nid)`,
  `CREATE TABLE short_lived_tokens (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_nid INTEGER NOT NULL,
    expires_ms BIGINT NOT NULL
  )`,
  `CREATE INDEX short_lived_tokens_by_expiry ON short_lived_tokens (expires_ms)`,
  `CREATE TABLE registration_tokens (
    token TEXT PRIMARY KEY,
    uses_allowed INTEGER,
    completed INTEGER NOT NULL DEFAULT 0,
    expires_ms BIGINT
  )`,
  `CREATE TABLE profiles (
    user_nid INTEGER NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user_nid, field)
  )`,
  `CREATE TABLE account_data (
    user_nid INTEGER NOT NULL,
    room_nid INTEGER NOT NULL,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (user_nid, room_nid, type)
  )`,
  `CREATE INDEX account_data_by_position ON account_data (user_nid, position)`,
  `CREATE TABLE filters (
    user_nid INTEGER NOT NULL,
    filter_id INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (user_nid, filter_id)
  )`,
]
