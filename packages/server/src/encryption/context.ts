// What the verbs of encryption/ work with.
import { isUserId } from '@myelin/algorithms/user-id'
import type { BoundedMap } from '../federation/bounded-map.ts'
import type { FetchSlots } from '../federation/fetch-slots.ts'
import type { Logger } from '../http/log.ts'
import { isLocal, type RoomsContext } from '../rooms/context.ts'
import type { KeyedMutex } from '../store/keyed-mutex.ts'
import type { Fetches } from './cached-lists.ts'
import type { Inboxes } from './inboxes.ts'
import type { KeyCounts } from './key-counts.ts'
import type { Resync } from './resync.ts'

/** The local device that calls, and its user. */
export interface KeyOwner {
  readonly userId: string
  readonly userNid: number
  readonly deviceId: string
  readonly deviceNid: number
}

export interface EncryptionContext {
  readonly rooms: RoomsContext
  readonly counts: KeyCounts
  readonly inboxes: Inboxes
  readonly fetches: Fetches
  readonly resync: Resync
  /** When clients last had each server asked for keys, by the clock that never goes back. */
  readonly probes: BoundedMap<number>
  /** Bounds how many servers are asked at once on behalf of clients. */
  readonly questions: FetchSlots
  /** Serialises what reads keys and then writes them: by user, by device. */
  readonly mutex: KeyedMutex
  readonly log?: Logger | undefined
}

/** Whether this is the ID of a user of another server; what is no user ID at all is nobody's. */
export const isRemote = (rooms: RoomsContext, userId: string): boolean => isUserId(userId) && !isLocal(rooms, userId)

/** Runs `work` when nothing else changes the device and cross-signing keys of this user. */
export const aloneWithUser = <T>({ mutex }: EncryptionContext, userNid: number, work: () => Promise<T>): Promise<T> =>
  mutex.run(`user ${userNid}`, work)

/** Runs `work` when nothing else changes the one-time keys of this device. */
export const aloneWithDevice = <T>(
  { mutex }: EncryptionContext,
  deviceNid: number,
  work: () => Promise<T>,
): Promise<T> => mutex.run(`device ${deviceNid}`, work)
