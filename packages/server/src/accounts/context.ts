// What the verbs of accounts/ work with, and what the folders around them lend.
import type { UserId } from '@myelin/protocol/identifiers'
import type { Environment } from '../environment.ts'
import type { KeyedMutex } from '../store/keyed-mutex.ts'
import type { Store, Write } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import type { Authentication } from './authentication.ts'
import type { PasswordCost, Passwords } from './passwords.ts'
import type { RemoteProfiles } from './remote-profiles.ts'

/** The part of the configuration that accounts follow. */
export interface AccountsConfig {
  readonly serverName: string
  readonly registration: 'open' | 'token' | 'closed'
  /** Whether anybody may get a guest account. */
  readonly guests: boolean
  /** Secret of shared-secret registration; empty turns it off. */
  readonly registrationSharedSecret: string
  /** Where clients reach the server, told at log-in; empty when unknown. */
  readonly publicBaseUrl: string
  readonly passwordCost: PasswordCost
  readonly passwordCharactersMin: number
}

/** What becomes of an account elsewhere in the server. Each may be absent. */
export interface AccountsHooks {
  /** A display name or avatar has been set, durably: member events that differ follow. */
  onProfileChanged?(change: { userNid: number; userId: UserId; field: string; value: unknown }): Promise<void>
  /** An account has been deactivated: its user leaves all rooms. Called again after a restart if it did not end. */
  onDeactivated?(account: { userNid: number; userId: UserId; erase: boolean }): Promise<void>
  /** Devices are about to be deleted, within the write that deletes them. */
  onDevicesDeleted?(w: Write, devices: { userNid: number; deviceNids: readonly number[] }): void
  /** Account data that another part keeps, e.g. `m.push_rules`: JSON text, or undefined when there is none. */
  keptAccountData?(key: { userNid: number; userId: UserId; roomId?: string; type: string }): Promise<string | undefined>
  /** Whether an application service owns this localpart. */
  isExclusive?(localpart: string): boolean
}

export interface AccountsContext {
  readonly store: Store
  readonly environment: Environment
  readonly config: AccountsConfig
  readonly hooks: AccountsHooks
  readonly users: Users
  /** Serialises what checks the store and then writes, per user or token. */
  readonly mutex: KeyedMutex
  readonly passwords: Passwords
  readonly authentication: Authentication
  readonly remoteProfiles: RemoteProfiles
}

/** Runs `work` when nothing else changes the devices, tags, profile or filters of this user. */
export const alone = <T>({ mutex }: AccountsContext, userNid: number, work: () => Promise<T>): Promise<T> =>
  mutex.run(`user ${userNid}`, work)
