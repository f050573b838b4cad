// Myelin's admin API: the history of the rooms in git.
import type * as ledgerDefinitions from '@myelin/protocol/admin/ledger'
import { MatrixError } from '@myelin/protocol/errors'
import { requireAdmin } from '../../accounts/requester.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof ledgerDefinitions> = {
  getLedger: async ({ ledger }, { requester }) => {
    requireAdmin(requester)
    if (ledger === undefined) throw new MatrixError('M_NOT_FOUND', 'This server writes no ledger; see ledger.folder')
    const { folder, branch, commit, position, lagEntries, lagMs, commits, events, troubles } = ledger.status()
    return {
      folder,
      ...(branch !== undefined && { branch }),
      ...(commit !== undefined && { commit }),
      position,
      lag_entries: lagEntries,
      lag_ms: Math.round(lagMs),
      commits,
      events,
      troubles: [...troubles],
    }
  },
}
