// What every handler of the server is given: the services it may call and the kinds of requester it can meet.
import type { GroupHandlers } from '@myelin/protocol/handlers'
import type { Accounts, Requester } from '../accounts/accounts.ts'
import type { Config } from '../config/settings.ts'
import type { Encryption } from '../encryption/encryption.ts'
import type { Environment } from '../environment.ts'
import type { Ephemeral } from '../ephemeral/ephemeral.ts'
import type { Federation } from '../federation/federation.ts'
import type { PublishedKeys } from '../federation/published-keys.ts'
import type { Logger } from '../http/log.ts'
import type { Media } from '../media/media.ts'
import type { Metrics } from '../http/metrics.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Push } from '../push/push.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Sync } from '../sync/sync.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

/** The server's parts, built by hand in `server.ts`. */
export interface Services {
  readonly config: Config
  readonly log: Logger
  readonly environment: Environment
  readonly accounts: Accounts
  readonly rooms: Rooms
  readonly media: Media
  readonly encryption: Encryption
  readonly ephemeral: Ephemeral
  readonly push: Push
  readonly sync: Sync
  readonly webhooks: Webhooks
  readonly federation: Federation
  readonly publishedKeys: PublishedKeys
  readonly metrics: Metrics
  /** Writes the history of the rooms to git, once it has been started. */
  ledger?: Ledger | undefined
}

/** Another homeserver whose X-Matrix signature has been verified. */
export interface PeerServer {
  readonly serverName: string
}

/** The handlers of one group of endpoint definitions. */
export type Handlers<Group> = GroupHandlers<Group, Services, Requester, PeerServer>
