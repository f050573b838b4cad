// Synchronising: https://spec.matrix.org/v1.19/client-server-api/#syncing
import type * as sync from '@myelin/protocol/client-server/sync'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof sync> = {
  sync: async ({ sync }, { requester, query, signal }) =>
    new JsonText(
      await sync.sync({
        requester,
        since: query.since,
        timeoutMs: query.timeout,
        filter: query.filter,
        fullState: query.full_state,
        setPresence: query.set_presence,
        stateAfter: stateAfter(query),
        signal,
      }),
    ),
}

interface StateAfterQuery {
  readonly use_state_after?: boolean | undefined
  readonly 'org.matrix.msc4222.use_state_after'?: boolean | undefined
}

const stateAfter = (query: StateAfterQuery) => {
  if (query.use_state_after === true) return 'state_after'
  return query['org.matrix.msc4222.use_state_after'] === true ? 'org.matrix.msc4222.state_after' : undefined
}
