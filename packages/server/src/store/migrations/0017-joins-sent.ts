// The join event that was signed for an intent, so that a join which a stop cuts short goes on with the same one.
export const joinsSentMigration: readonly string[] = [
  // JSON array: the server it was for, the version of the room, the event.
  `ALTER TABLE join_intents ADD COLUMN sent TEXT`,
]
