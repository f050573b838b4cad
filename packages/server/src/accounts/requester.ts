// Who is calling: the owner of an access token, and where the call comes from.
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'

/** A local user with the device whose token the request carries. */
export interface Requester {
  readonly userId: UserId
  readonly userNid: number
  readonly deviceId: string
  readonly deviceNid: number
  readonly isGuest: boolean
  readonly isAdmin: boolean
  readonly isSuspended: boolean
  /** SHA-256 of the access token. */
  readonly tokenHash: string
}

/** Where a request comes from. */
export interface Origin {
  readonly address: string
  readonly userAgent: string | undefined
}

/** Throws `M_FORBIDDEN` unless the caller is an administrator of this server. */
export function requireAdmin({ isAdmin }: Requester): void {
  if (!isAdmin) throw new MatrixError('M_FORBIDDEN', 'You are not an administrator of this server')
}
