// Names of local users: what a client calls a user, which new names are good, and which account a name means.
import { MatrixError } from '@myelin/protocol/errors'
import { isNewLocalpart, parseUserId, utf8Length, type UserId } from '@myelin/protocol/identifiers'
import { userIdBytesMax } from '../limits.ts'
import { accountOf, type Account } from '../store/accounts.ts'
import type { Reader } from '../store/store.ts'

/**
 * The ID of a new user called `username`, in lower case: "the server MUST either map the provided `username` onto a
 * `user_id` in a logical manner, or reject any `username` which does not comply to the grammar". Throws
 * `M_INVALID_USERNAME`. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3register
 */
export function newUserId(username: string, serverName: string): UserId {
  const localpart = username.toLowerCase()
  const userId = `@${localpart}:${serverName}`
  if (!isNewLocalpart(localpart))
    throw new MatrixError('M_INVALID_USERNAME', 'A user name consists of the characters a-z, 0-9, ., _, =, -, / and +')
  if (utf8Length(userId) > userIdBytesMax) throw new MatrixError('M_INVALID_USERNAME', 'The user name is too long')
  return userId as UserId
}

/** The account that a localpart or whole user ID means: the exact name, else the same in lower case. */
export async function accountNamed(read: Reader, name: string, serverName: string): Promise<Account | undefined> {
  const localpart = localpartOf(name, serverName)
  if (localpart === undefined) return undefined
  const exact = await accountOf(read, `@${localpart}:${serverName}`)
  const lower = localpart.toLowerCase()
  return exact ?? (lower === localpart ? undefined : accountOf(read, `@${lower}:${serverName}`))
}

function localpartOf(name: string, serverName: string): string | undefined {
  if (!name.startsWith('@')) return name
  const parts = parseUserId(name)
  return parts?.serverName === serverName ? parts.localpart : undefined
}
