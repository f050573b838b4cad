// Fetches the members of a room that this server came into without them, and sets right what was made of the room
// meanwhile. Goes on after a restart.
import { MatrixError } from '@myelin/protocol/errors'
import { getRoomState } from '@myelin/protocol/server-server/events'
import { delayAfter } from '../federation/doubling.ts'
import { reasonOf } from '../federation/federation-error.ts'
import {
  importKeysWaitMs,
  membersRetryFirstMs,
  membersRetryMaxMs,
  membersServersTriedMax,
} from '../federation-limits.ts'
import { eventsByNids } from '../store/events.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { EventImport } from './import-events.ts'
import type { JoinJob } from './join-jobs.ts'
import { pause } from './pause.ts'
import { inOrder, inOrderForLong } from './receive.ts'
import { requireCreate } from './remote-handshake.ts'
import { replaceState } from './replace-state.ts'
import { readStateAnswer } from './state-answer.ts'

/** Begins to fetch the members of a room, if nobody does yet. */
export function completeInBackground(context: RoomsContext, roomNid: number): void {
  context.completions.begin(roomNid, async () => {
    const { roomId } = await context.hotRooms.get(roomNid)
    const about = { roomId, userId: undefined, startedTs: context.environment.now(), phase: 'members' } as const
    await context.joins.run(about, async (job) => {
      for (let failures = 1; !(await context.hotRooms.use(roomNid, (room) => complete(context, room, job))); failures++)
        await pause(
          context.environment,
          delayAfter(failures, { firstMs: membersRetryFirstMs, maxMs: membersRetryMaxMs }),
          job.signal,
        )
    })
  })
}

/** False when no server could be asked just now. */
async function complete(context: RoomsContext, room: HotRoom, job: JoinJob): Promise<boolean> {
  for (const server of room.partial?.servers.slice(0, membersServersTriedMax) ?? []) {
    job.signal.throwIfAborted()
    if (room.dropped) return false
    if (!room.partial || room.localJoined.size === 0) return true
    try {
      await completeFrom(context, room, { server, job })
      return true
    } catch (error) {
      if (job.signal.aborted || !(error instanceof MatrixError)) throw error
      job.lastError = reasonOf(error)
    }
  }
  return room.partial === undefined
}

interface Source {
  readonly server: string
  readonly job: JoinJob
}

async function completeFrom(context: RoomsContext, room: HotRoom, { server, job }: Source): Promise<void> {
  const [join] = await eventsByNids(context.store.read, [room.partial?.joinNid ?? 0])
  if (!join) throw new MatrixError('M_UNKNOWN', 'The join is not stored yet')
  const alone = <T>(work: () => Promise<T>) => inOrder(context, room, work)
  const importing = new EventImport(context, room, {
    progress: job.progress,
    alone,
    keysWaitMs: importKeysWaitMs,
  })
  const input = { path: { roomId: room.roomId }, query: { event_id: join.eventId } }
  await readStateAnswer(context, importing, { server, definition: getRoomState, input, job })
  const root = room.arena.setAll(room.arena.empty, importing.stateEntries())
  await requireCreate(room, { root, server })
  job.phase = 'members'
  await inOrderForLong(context, room, () => replaceState(context, room, { root, joinOrd: join.ord ?? 0 }))
}
