// Myelin's admin API: how it stands with other servers.
import type * as federation from '@myelin/protocol/admin/federation'
import { MatrixError } from '@myelin/protocol/errors'
import type { ServerName } from '@myelin/protocol/identifiers'
import { requireAdmin } from '../../accounts/requester.ts'
import type { DestinationStatus } from '../../federation/destination.ts'
import type { Sender } from '../../federation/sender.ts'
import type { Handlers, Services } from '../handlers.ts'

function senderOf({ federation: { sender } }: Services): Sender {
  if (sender === undefined) throw new MatrixError('M_UNKNOWN', 'The server has only just started', { status: 503 })
  return sender
}

const shown = (status: DestinationStatus) => ({
  server_name: status.serverName as ServerName,
  queued_pdus: status.queuedPdus,
  queued_edus: status.queuedEdus,
  catching_up: status.isCatchingUp,
  lag: status.lag,
  failures: status.failures,
  last_error: status.lastError,
  next_try_ts: Math.round(status.nextTryTs),
  last_success_ts: Math.round(status.lastSuccessTs),
})

export const handlers: Handlers<typeof federation> = {
  listDestinations: async (services, { requester }) => {
    requireAdmin(requester)
    const statuses = senderOf(services).statuses()
    return { destinations: statuses.toSorted((a, b) => b.lag - a.lag).map(shown) }
  },

  getDestination: async (services, { requester, path }) => {
    requireAdmin(requester)
    return shown(senderOf(services).status(path.serverName))
  },

  retryDestination: async (services, { requester, path }) => {
    requireAdmin(requester)
    senderOf(services).retry(path.serverName)
    return {}
  },
}
