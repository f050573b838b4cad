// What an invite that waits said of its room, for when the join that it waited for fails.
export const stagedDescriptionsMigration: readonly string[] = [
  // JSON array of stripped state.
  `ALTER TABLE staged_events ADD COLUMN described TEXT`,
]
