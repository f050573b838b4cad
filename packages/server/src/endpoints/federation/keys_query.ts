// Keys of other servers for whoever trusts this one to pass them on.
// https://spec.matrix.org/v1.19/server-server-api/#querying-keys-through-another-server
import { MatrixError } from '@myelin/protocol/errors'
import type * as definitions from '@myelin/protocol/server-server/keys_query'
import { notaryQueryServersMax } from '../../federation-limits.ts'
import type { Handlers, Services } from '../handlers.ts'

/** The documents that can be had, by server name and until when they must be valid. */
async function documents({ federation }: Services, wanted: ReadonlyMap<string, number>) {
  if (wanted.size > notaryQueryServersMax)
    throw new MatrixError('M_TOO_LARGE', `At most ${notaryQueryServersMax} servers may be asked for at once`)
  const found = await Promise.all([...wanted].map(([name, neededTs]) => federation.keyring.notarized(name, neededTs)))
  return { server_keys: found.filter((document) => document !== undefined) as never[] }
}

export const handlers: Handlers<typeof definitions> = {
  perspectivesKeyQuery: (services, { path, query }) =>
    documents(services, new Map([[path.serverName, query.minimum_valid_until_ts ?? 0]])),
  bulkPerspectivesKeyQuery: (services, { body }) => {
    const wanted = Object.entries(body.server_keys).map(([serverName, keys]) => {
      const times = Object.values(keys).map(({ minimum_valid_until_ts: neededTs = 0 }) => neededTs)
      return [serverName, Math.max(0, ...times)] as const
    })
    return documents(services, new Map(wanted))
  },
}
