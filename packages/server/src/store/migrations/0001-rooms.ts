// Users, rooms, events, state, members, aliases, the directory, relations, the journal and transactions.
// Indexes are few and of integers: what bounds the rate of writes is how many random pages each row touches.

/** Statements of migration 1, in order. */
export const roomsMigration: readonly string[] = [
  // Nids up to `reserved` may be in use.
  `CREATE TABLE nid_counters (family TEXT PRIMARY KEY, reserved INTEGER NOT NULL)`,

  `CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    room_nid INTEGER NOT NULL,
    user_nid INTEGER NOT NULL,
    ref INTEGER NOT NULL
  )`,

  // Every user ever seen, local or not.
  `CREATE TABLE users (nid INTEGER PRIMARY KEY, user_id TEXT NOT NULL UNIQUE)`,

  // snapshot: the state after the head. heads: NULL while the last event of the timeline is the only forward extremity,
  // else a JSON array of event nids.
  `CREATE TABLE rooms (
    nid INTEGER PRIMARY KEY,
    room_id TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    snapshot INTEGER NOT NULL DEFAULT 0,
    heads TEXT,
    is_public INTEGER NOT NULL DEFAULT 0
  )`,

  // ord: place in the timeline; the journal position of a live event, negative for history fetched later, NULL for what
  // is not part of it. slot: NULL unless a state event. snapshot: the state after the event. id_hash: 48 bits of the
  // event id. json: the PDU in federation format, canonical, signed.
  `CREATE TABLE events (
    nid INTEGER PRIMARY KEY,
    room_nid INTEGER NOT NULL,
    ord INTEGER,
    type TEXT NOT NULL,
    sender_nid INTEGER NOT NULL,
    slot INTEGER,
    id_hash BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    depth BIGINT NOT NULL,
    ts BIGINT NOT NULL,
    snapshot INTEGER NOT NULL,
    thread_nid INTEGER,
    notify_count INTEGER NOT NULL DEFAULT 0,
    highlight_count INTEGER NOT NULL DEFAULT 0,
    flags INTEGER NOT NULL DEFAULT 0,
    redacted_by INTEGER,
    json TEXT NOT NULL
  )`,
  `CREATE INDEX events_by_id ON events (id_hash)`,
  `CREATE INDEX events_by_room ON events (room_nid, ord)`,

  // What a redaction removed, kept for a bounded time.
  `CREATE TABLE redacted_originals (event_nid INTEGER PRIMARY KEY, json TEXT NOT NULL, redacted_ts BIGINT NOT NULL)`,

  // The dense numbers of the (type, state_key) pairs of a room.
  `CREATE TABLE slots (
    room_nid INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    type TEXT NOT NULL,
    state_key TEXT NOT NULL,
    PRIMARY KEY (room_nid, slot)
  ) {clustered}`,

  // A snapshot is its parent (0: no state) with one slot changed (event_nid 0: removed), or a whole vector.
  `CREATE TABLE state_deltas (
    snapshot INTEGER PRIMARY KEY,
    room_nid INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    event_nid INTEGER NOT NULL
  )`,
  `CREATE TABLE state_checkpoints (snapshot INTEGER PRIMARY KEY, room_nid INTEGER NOT NULL, vector TEXT NOT NULL)`,

  // The current membership of every user in every room. position: of the journal, when it last changed.
  `CREATE TABLE members (
    room_nid INTEGER NOT NULL,
    user_nid INTEGER NOT NULL,
    membership TEXT NOT NULL,
    event_nid INTEGER NOT NULL,
    position INTEGER NOT NULL,
    forgotten INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room_nid, user_nid)
  ) {clustered}`,
  `CREATE INDEX members_by_user ON members (user_nid)`,

  `CREATE TABLE aliases (alias TEXT PRIMARY KEY, room_nid INTEGER NOT NULL, creator_nid INTEGER NOT NULL)`,
  `CREATE INDEX aliases_by_room ON aliases (room_nid)`,

  // One row per published room. search: lower-case text that a search looks through. chunk: the room as clients see it.
  `CREATE TABLE directory (
    room_nid INTEGER PRIMARY KEY,
    joined_members INTEGER NOT NULL,
    search TEXT NOT NULL,
    room_type TEXT,
    chunk TEXT NOT NULL
  )`,
  `CREATE INDEX directory_by_size ON directory (joined_members, room_nid)`,

  // A request a device has made, with the event it made or the response it got. key: the request's path without the id.
  `CREATE TABLE transactions (
    device_nid INTEGER NOT NULL,
    transaction_id TEXT NOT NULL,
    key TEXT NOT NULL,
    event_nid INTEGER,
    response TEXT,
    ts BIGINT NOT NULL,
    PRIMARY KEY (device_nid, transaction_id, key)
  ) {clustered}`,

  // An event has at most one relation, so the child is the key. The parent may be unknown here. key: of an annotation.
  `CREATE TABLE relations (
    child_nid INTEGER PRIMARY KEY,
    room_nid INTEGER NOT NULL,
    parent_hash BIGINT NOT NULL,
    parent_id TEXT NOT NULL,
    rel_type TEXT NOT NULL,
    type TEXT NOT NULL,
    sender_nid INTEGER NOT NULL,
    key TEXT
  )`,
  `CREATE INDEX relations_by_parent ON relations (parent_hash, rel_type)`,

  // One row per thread, moved up by every reply. latest_ord: of the newest reply.
  `CREATE TABLE threads (
    root_nid INTEGER PRIMARY KEY,
    room_nid INTEGER NOT NULL,
    latest_nid INTEGER NOT NULL,
    latest_ord INTEGER NOT NULL,
    reply_count INTEGER NOT NULL
  )`,
  `CREATE INDEX threads_by_room ON threads (room_nid, latest_ord)`,
  `CREATE TABLE thread_participants (
    root_nid INTEGER NOT NULL,
    user_nid INTEGER NOT NULL,
    PRIMARY KEY (root_nid, user_nid)
  ) {clustered}`,
]
