// Who is calling: the owner of an access token, and where the call comes from.
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
