// Invites and knocks of rooms that this server is not in, from before it was noted that nothing was known for or against them.

/** Statements of migration 14, in order. */
export const invitesJudgedMigration: readonly string[] = [
  // They are judged when the room's real state comes. flags: 4 is an outlier, 1 a rejected event, 64 one to be judged.
  `UPDATE events SET flags = flags + 64
    WHERE ord IS NOT NULL AND (flags & 4) = 4 AND (flags & 65) = 0 AND room_nid NOT IN (
      SELECT m.room_nid FROM members m JOIN accounts a ON a.user_nid = m.user_nid WHERE m.membership = 'join')`,
  // Their users are rid of those that were rejected.
  `UPDATE members SET membership = 'leave'
    WHERE membership IN ('invite', 'knock') AND user_nid IN (SELECT user_nid FROM accounts)
      AND event_nid IN (SELECT nid FROM events WHERE (flags & 65) = 1)`,
]
