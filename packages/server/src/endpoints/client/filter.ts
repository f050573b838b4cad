// Filters: https://spec.matrix.org/v1.19/client-server-api/#filtering
import type * as filter from '@myelin/protocol/client-server/filter'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof filter> = {
  defineFilter: async ({ accounts }, { requester, path, body }) => ({
    filter_id: await accounts.filters.define({ requester, userId: path.userId }, body),
  }),

  getFilter: async ({ accounts }, { requester, path }) =>
    new JsonText(await accounts.filters.get({ requester, userId: path.userId }, path.filterId)),
}
