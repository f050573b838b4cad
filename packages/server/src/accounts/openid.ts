// Tokens with which a user proves to a third party who they are. https://spec.matrix.org/v1.19/client-server-api/#openid
import type { UserId } from '@myelin/protocol/identifiers'
import { openIdTokenLifetimeMs } from '../limits.ts'
import { insertShortLivedToken, shortLivedToken } from '../store/tokens.ts'
import { requireOwn } from './account-data.ts'
import type { AccountsContext } from './context.ts'
import type { Requester } from './requester.ts'
import { newSecret, secretHash } from './secrets.ts'

/** What the client hands to the third party. */
export interface OpenIdToken {
  access_token: string
  token_type: 'Bearer'
  matrix_server_name: string
  /** Seconds. */
  expires_in: number
}

/** A new token for the caller. */
export async function createOpenIdToken(
  { store, environment, config }: AccountsContext,
  owner: { requester: Requester; userId: UserId },
): Promise<OpenIdToken> {
  requireOwn(owner)
  const { userNid } = owner.requester
  const token = newSecret(environment, 'openId')
  const now = environment.now()
  const expiresMs = now + openIdTokenLifetimeMs
  await store.write((w) =>
    insertShortLivedToken(w, { hash: secretHash(token), purpose: 'openid', userNid, expiresMs }, now),
  )
  return {
    access_token: token,
    token_type: 'Bearer',
    matrix_server_name: config.serverName,
    expires_in: openIdTokenLifetimeMs / 1000,
  }
}

/** Whose token it is, or undefined when it is unknown or has expired: what `/openid/userinfo` answers. */
export async function openIdOwner({ store, environment }: AccountsContext, token: string): Promise<UserId | undefined> {
  const known = await shortLivedToken(store.read, secretHash(token), 'openid')
  return known && known.expiresMs > environment.now() ? (known.userId as UserId) : undefined
}
