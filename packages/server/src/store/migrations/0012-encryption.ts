// End-to-end encryption: keys of devices and users, one-time keys, device lists, messages to devices, key backups.

/** Statements of migration 12, in order. */
export const encryptionMigration: readonly string[] = [
  // Identity keys of devices of local users, and of users of other servers as far as they are cached. json: as uploaded,
  // with the signatures that everybody may see. display_name: of a device of another server.
  `CREATE TABLE device_keys (
    user_nid INTEGER NOT NULL,
    device_id TEXT NOT NULL,
    json TEXT NOT NULL,
    display_name TEXT,
    PRIMARY KEY (user_nid, device_id)
  ) {clustered}`,
  // usage: master, self_signing or user_signing.
  `CREATE TABLE cross_signing_keys (
    user_nid INTEGER NOT NULL,
    usage TEXT NOT NULL,
    public_key TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (user_nid, usage)
  ) {clustered}`,
  // Signatures of local users on the master keys of others, which only the signer sees. public_key: the signed one.
  `CREATE TABLE user_signatures (
    signer_nid INTEGER NOT NULL,
    target_nid INTEGER NOT NULL,
    public_key TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (signer_nid, target_nid)
  ) {clustered}`,

  // ord: of the upload. json: NULL once claimed; the row stays a while, so that the key is not taken in again.
  `CREATE TABLE one_time_keys (
    device_nid INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    key_id TEXT NOT NULL,
    ord BIGINT NOT NULL,
    json TEXT,
    PRIMARY KEY (device_nid, algorithm, key_id)
  ) {clustered}`,
  `CREATE INDEX one_time_keys_unclaimed ON one_time_keys (device_nid, algorithm, ord) WHERE json IS NOT NULL`,
  `CREATE TABLE fallback_keys (
    device_nid INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    key_id TEXT NOT NULL,
    json TEXT NOT NULL,
    is_used INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device_nid, algorithm)
  ) {clustered}`,

  // When the devices or cross-signing keys of a user last changed, as those who share a room with them are told.
  `CREATE TABLE device_list_changes (user_nid INTEGER PRIMARY KEY, position BIGINT NOT NULL)`,
  `CREATE INDEX device_list_changes_by_position ON device_list_changes (position)`,
  // Of a local user: the last update sent to other servers. Of another server's: the last update received (NULL: none
  // since the list was fetched), and whether the cached list is what that server would say.
  `CREATE TABLE device_lists (user_nid INTEGER PRIMARY KEY, stream_id BIGINT, is_current INTEGER NOT NULL DEFAULT 1)`,
  // Devices with keys that are gone, until everybody has been told.
  `CREATE TABLE removed_devices (device_nid INTEGER PRIMARY KEY, device_id TEXT NOT NULL)`,

  // Messages for devices of local users, until the device says that it has them.
  `CREATE TABLE to_device (
    device_nid INTEGER NOT NULL,
    position BIGINT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (device_nid, position)
  ) {clustered}`,
  // Messages to devices received from other servers, so that one that comes again is not delivered again.
  `CREATE TABLE received_messages (
    server_name TEXT NOT NULL,
    message_id TEXT NOT NULL,
    ts BIGINT NOT NULL,
    PRIMARY KEY (server_name, message_id)
  ) {clustered}`,
  `CREATE INDEX received_messages_by_time ON received_messages (ts)`,
  `CREATE INDEX outbound_edus_by_position ON outbound_edus (position)`,
  `CREATE INDEX members_by_position ON members (room_nid, position)`,

  // version: counts up per user; the row stays when the backup is deleted. etag: counts the changes of its keys.
  `CREATE TABLE key_backups (
    user_nid INTEGER NOT NULL,
    version INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    auth_data TEXT NOT NULL,
    etag INTEGER NOT NULL DEFAULT 0,
    session_count INTEGER NOT NULL DEFAULT 0,
    is_deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_nid, version)
  ) {clustered}`,
  `CREATE TABLE key_backup_sessions (
    user_nid INTEGER NOT NULL,
    version INTEGER NOT NULL,
    room_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    first_message_index BIGINT NOT NULL,
    forwarded_count BIGINT NOT NULL,
    is_verified INTEGER NOT NULL,
    session_data TEXT NOT NULL,
    PRIMARY KEY (user_nid, version, room_id, session_id)
  ) {clustered}`,
]
