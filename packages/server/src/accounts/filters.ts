// Filters that clients store to name them in later requests. https://spec.matrix.org/v1.19/client-server-api/#filtering
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { filtersPerUserMax } from '../limits.ts'
import { filterContent, filtersOf, insertFilter } from '../store/filters.ts'
import { requireOwn } from './account-data.ts'
import { alone, type AccountsContext } from './context.ts'
import type { Requester } from './requester.ts'

interface Owner {
  readonly requester: Requester
  readonly userId: UserId
}

/** Stores a filter and returns its ID; the same content has the same ID. */
export async function defineFilter(context: AccountsContext, owner: Owner, filter: object): Promise<string> {
  requireOwn(owner)
  const { userNid } = owner.requester
  const content = JSON.stringify(filter)
  return alone(context, userNid, async () => {
    const known = await filtersOf(context.store.read, userNid)
    const same = known.find((each) => each.content === content)
    if (same) return String(same.filterId)
    if (known.length >= filtersPerUserMax)
      throw new MatrixError(
        'M_FORBIDDEN',
        `You have stored ${filtersPerUserMax} filters, which is the most there can be`,
      )
    const filterId = (known.at(-1)?.filterId ?? 0) + 1
    await context.store.write((w) => insertFilter(w, userNid, { filterId, content }))
    return String(filterId)
  })
}

/** The content of a filter of the caller, as JSON text. Throws `M_NOT_FOUND`. */
export async function getFilter({ store }: AccountsContext, owner: Owner, filterId: string): Promise<string> {
  requireOwn(owner)
  const isNumber = /^[1-9][0-9]{0,8}$/.test(filterId)
  const content = isNumber ? await filterContent(store.read, owner.requester.userNid, Number(filterId)) : undefined
  if (content === undefined) throw new MatrixError('M_NOT_FOUND', 'There is no such filter')
  return content
}
