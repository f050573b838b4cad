// Joins that the last stop of the server cut short: taken up again when it starts.
import { joinAttemptsMax } from '../federation-limits.ts'
import { awaitedMembers, joinIntents, type JoinIntent, removeJoinIntent } from '../store/joins.ts'
import { completeInBackground } from './complete-room.ts'
import type { RoomsContext } from './context.ts'
import { join } from './join.ts'
import { keepingOthers } from './receive.ts'
import { roomNid } from './room-ids.ts'

/** Takes them up in the background; `report` is told of those that fail. */
export async function resumeJoins(context: RoomsContext, report: (error: unknown) => void): Promise<void> {
  if (!context.federation) return
  for (const { roomNid } of await awaitedMembers(context.store.read)) completeInBackground(context, roomNid)
  for (const intent of await joinIntents(context.store.read)) resume(context, intent).catch(report)
}

async function resume(context: RoomsContext, intent: JoinIntent): Promise<void> {
  const { roomId, userId, servers, reason, sent } = intent
  const attempts = intent.attempts + 1
  const userNid = await context.users.find(userId)
  const joinAgain = async () => {
    if (attempts <= joinAttemptsMax && userNid !== undefined)
      await join(context, roomId, { by: { userId, userNid }, servers, reason, attempts, sent })
  }
  const nid = await roomNid(context, roomId)
  if (nid === undefined) await joinAgain()
  else await context.hotRooms.use(nid, (room) => keepingOthers(context, room, joinAgain))
  await context.store.write((w) => removeJoinIntent(w, intent))
}
