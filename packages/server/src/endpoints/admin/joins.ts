// Myelin's admin API: joins of rooms of other servers that are under way.
import type * as joins from '@myelin/protocol/admin/joins'
import { MatrixError } from '@myelin/protocol/errors'
import type { RoomId, UserId } from '@myelin/protocol/identifiers'
import { requireAdmin } from '../../accounts/requester.ts'
import type { JoinJob } from '../../rooms/join-jobs.ts'
import type { Handlers } from '../handlers.ts'

const shown = ({ roomId, userId, phase, server, progress, lastError, startedTs }: JoinJob) => ({
  room_id: roomId as RoomId,
  ...(userId === undefined ? {} : { user_id: userId as UserId }),
  phase,
  server,
  ...progress,
  last_error: lastError,
  started_ts: startedTs,
})

export const handlers: Handlers<typeof joins> = {
  listJoins: async ({ rooms }, { requester }) => {
    requireAdmin(requester)
    return { joins: rooms.joins.list().map(shown) }
  },

  cancelJoin: async ({ rooms }, { requester, path }) => {
    requireAdmin(requester)
    if (rooms.joins.cancel(path.roomId) > 0) return {}
    throw new MatrixError('M_NOT_FOUND', 'No join of this room is under way')
  },
}
