// What the server and the ledger's thread say to each other.
import type { OldVerifyKeys } from '../config/signing-keys.ts'
import type { Written } from './scribe.ts'

export interface LedgerThreadOptions {
  /** The database, which the thread reads. */
  readonly database: string
  /** The folder of the repository. */
  readonly folder: string
  readonly serverName: string
  readonly keyId: string
  readonly pem: string
  readonly old: OldVerifyKeys
  readonly contents: 'all' | 'unencrypted-rooms' | 'none'
  /** Keeps the files of the work tree up to date. */
  readonly checkout: boolean
  /** Where to push, empty for nowhere, and the shortest time between two pushes. */
  readonly remote: string
  readonly pushIntervalMs: number
}

export type ToLedger =
  /** Make the commits that end at or before this position. */
  { readonly kind: 'write'; readonly through: number } | { readonly kind: 'close' }

export type FromLedger =
  | { readonly kind: 'ready'; readonly position: number; readonly commit: string | undefined; readonly branch: string }
  | { readonly kind: 'written'; readonly written: Written; readonly busyMs: number }
  /** Something beside the ledger failed, such as a push; an empty text when it works again. */
  | { readonly kind: 'trouble'; readonly what: 'push' | 'checkout' | 'upkeep'; readonly text: string }
