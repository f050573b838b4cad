// What the verbs of webhooks/ work with.
import type { Accounts } from '../accounts/accounts.ts'
import type { Config } from '../config/settings.ts'
import type { Environment } from '../environment.ts'
import type { Logger } from '../http/log.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { KeyedMutex } from '../store/keyed-mutex.ts'
import type { Store } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import type { HookAccount } from './account.ts'

export interface WebhooksOptions {
  readonly store: Store
  readonly environment: Environment
  readonly log: Logger
  readonly rooms: Rooms
  readonly accounts: Accounts
  readonly users: Users
  readonly config: Pick<Config, 'serverName' | 'publicBaseUrl' | 'webhooks.user'>
}

export interface WebhooksContext extends WebhooksOptions {
  readonly account: HookAccount
  /** Serialises what checks the store and then writes, per hook. */
  readonly mutex: KeyedMutex
  /** A hook has deliveries to tell. */
  readonly wake: (hookNid: number) => void
  readonly counts: WebhookCounts
}

/** For the metrics. */
export interface WebhookCounts {
  accepted: number
  repeated: number
  refused: number
  told: number
  failed: number
}
