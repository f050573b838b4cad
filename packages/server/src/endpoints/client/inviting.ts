// Inviting users: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite
import type * as inviting from '@myelin/protocol/client-server/inviting'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof inviting> = {
  inviteUser: async ({ rooms }, { requester, path, body }) => {
    if (!('user_id' in body))
      throw new MatrixError('M_THREEPID_DENIED', 'This server cannot invite email addresses or phone numbers')
    await rooms.invite(path.roomId, { by: requester, target: body.user_id, reason: body.reason })
    return {}
  },
}
