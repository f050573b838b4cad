// Where timelines have gaps.

/** Statements of migration 13, in order. */
export const historyGapsMigration: readonly string[] = [
  // ord: of the event after the gap. tries: how often in a row nobody had more; until rests_until nobody is asked again.
  `CREATE TABLE history_gaps (
    room_nid INTEGER NOT NULL,
    ord BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    rests_until BIGINT NOT NULL,
    PRIMARY KEY (room_nid, ord)
  ) {clustered}`,
]
