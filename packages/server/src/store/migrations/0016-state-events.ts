// The state events of a room in the order they came, past all its messages: what its auth DAG is read from.
export const stateEventsMigration: readonly string[] = [
  `CREATE INDEX state_events_by_room ON events (room_nid, nid) WHERE slot IS NOT NULL`,
]
