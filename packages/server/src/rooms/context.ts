// What every verb of rooms/ works with, and what the folders to the right lend it.
import type { JsonObject } from '@myelin/algorithms/json'
import type { SigningKey } from '@myelin/algorithms/signatures'
import type { Environment } from '../environment.ts'
import type { Keyring } from '../federation/keyring.ts'
import type { PeerClient } from '../federation/peer-client.ts'
import type { RememberedAnswers } from '../federation/remembered-answers.ts'
import type { SignatureChecks } from '../federation/signature-checks.ts'
import type { KeyedMutex } from '../store/keyed-mutex.ts'
import type { Store, Write } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import type { HotRoom } from './hot-room.ts'
import type { HotRooms } from './hot-rooms.ts'
import type { Completions } from './completions.ts'
import type { JoinJobs } from './join-jobs.ts'
import type { ErasedUsers } from './erased-users.ts'
import type { OwnPolicyServer } from './own-policy-server.ts'
import type { PolicyAnswers } from './policy-answers.ts'
import type { ReceivedTransactions } from './received-transactions.ts'
import type { RedactedOriginals } from './redacted-originals.ts'
import type { Refusals } from './refusals.ts'
import type { Spaces } from './remote-spaces.ts'
import type { RoomEvent } from './room-event.ts'
import type { StagedEvents } from './staged-events.ts'
import type { Transactions } from './transactions.ts'

/** The local user on whose behalf a verb acts. */
export interface Actor {
  readonly userId: string
  readonly userNid: number
  /** Absent where the server acts for the user. */
  readonly deviceNid?: number | undefined
  readonly isGuest?: boolean | undefined
  readonly isAdmin?: boolean | undefined
}

/** What the default push rules make of an event. */
export interface PushDecision {
  readonly notify: boolean
  readonly highlight: boolean
  /** Stores the users whose outcome differs; called in the write of the event. */
  readonly record?: (w: Write) => void
}

export interface RoomHooks {
  /** Profile fields of a local user that go into member events; empty for unknown users. */
  profile(
    userId: string,
  ): Promise<{ readonly displayname?: string | undefined; readonly avatar_url?: string | undefined }>
  /** Push counters of an event about to be appended (its `ord` and `threadNid` are set). Synchronous. */
  decide(event: RoomEvent, room: HotRoom): PushDecision
  /** Throws `M_INVITE_BLOCKED` when a local user does not want invites from `by`. */
  checkInvite(target: string, by: string): Promise<void>
}

/** Hooks for a server without accounts and push. */
export const noHooks: RoomHooks = {
  profile: async () => ({}),
  decide: () => ({ notify: false, highlight: false }),
  checkInvite: async () => undefined,
}

/** Other servers, for a server that federates. */
export interface RoomsFederation {
  readonly peers: PeerClient
  readonly keyring: Keyring
  readonly signatures: SignatureChecks
}

export interface RoomsContext {
  readonly federation: RoomsFederation | undefined
  readonly store: Store
  readonly environment: Environment
  readonly serverName: string
  readonly signingKey: SigningKey
  readonly hooks: RoomHooks
  readonly users: Users
  readonly hotRooms: HotRooms
  /** Joins of rooms of other servers that are under way. */
  readonly joins: JoinJobs
  /** Rooms whose members are being fetched. */
  readonly completions: Completions
  readonly transactions: Transactions
  readonly redactedOriginals: RedactedOriginals
  readonly receivedTransactions: ReceivedTransactions
  readonly stagedEvents: StagedEvents
  readonly refusals: Refusals
  readonly spaces: Spaces
  /** This server as the policy server of rooms, if it is to be one. */
  readonly ownPolicyServer: OwnPolicyServer | undefined
  readonly erasedUsers: ErasedUsers
  /** What the policy servers of rooms answered. */
  readonly policyAnswers: PolicyAnswers
  /** Pages of other servers' directories, as JSON text. */
  readonly remoteDirectories: RememberedAnswers
  /** Serialises what checks the store and then writes: aliases by name. */
  readonly mutex: KeyedMutex
}

/** Whether a user, alias or domained id belongs to this server. */
export const isLocal = (context: RoomsContext, id: string): boolean => id.endsWith(`:${context.serverName}`)

/** The text at `key` of an event's content, if it is text. */
export const contentText = (content: JsonObject | undefined, key: string): string | undefined => {
  const value = content?.[key]
  return typeof value === 'string' ? value : undefined
}
