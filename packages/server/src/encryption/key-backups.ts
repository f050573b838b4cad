// Backups of room keys: versions, of which the newest is written to.
// https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
import type { JsonObject } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { backupVersionsPerUserMax } from '../limits.ts'
import {
  backupOf,
  deleteBackup,
  insertBackup,
  lastBackupVersion,
  newestBackup,
  setBackupAuthData,
  type BackupRow,
} from '../store/key-backups.ts'
import type { EncryptionContext } from './context.ts'

/** Whose backups. */
export interface BackupOwner {
  readonly userNid: number
}

export interface BackupInfo {
  readonly algorithm: string
  readonly auth_data: JsonObject
}

export interface BackupVersion extends BackupInfo {
  readonly count: number
  readonly etag: string
  readonly version: string
}

/** Runs `work` when nothing else changes the backups of this user. */
export const aloneWithBackups = <T>(
  { mutex }: EncryptionContext,
  { userNid }: BackupOwner,
  work: () => Promise<T>,
): Promise<T> => mutex.run(`backups ${userNid}`, work)

/** Makes a new backup, which takes the place of the one before; returns its version. */
export function createBackup(
  context: EncryptionContext,
  owner: BackupOwner,
  { algorithm, auth_data }: BackupInfo,
): Promise<string> {
  const { store } = context.rooms
  const { userNid } = owner
  return aloneWithBackups(context, owner, async () => {
    const version = (await lastBackupVersion(store.read, userNid)) + 1
    if (version > backupVersionsPerUserMax)
      throw new MatrixError('M_FORBIDDEN', 'You have made too many backups', { status: 403 })
    await store.write((w) => insertBackup(w, { userNid, version, algorithm, authData: JSON.stringify(auth_data) }))
    return String(version)
  })
}

/** A backup, or the newest. Throws M_NOT_FOUND. */
export async function describeBackup(
  context: EncryptionContext,
  owner: BackupOwner,
  version?: string,
): Promise<BackupVersion> {
  const row = await requireBackup(context, owner, version)
  return {
    algorithm: row.algorithm,
    auth_data: JSON.parse(row.authData) as JsonObject,
    count: row.sessionCount,
    etag: String(row.etag),
    version: String(row.version),
  }
}

/** "`algorithm` … must be the same as the algorithm currently used by the backup"; so must the version, if given. */
export function updateBackup(
  context: EncryptionContext,
  owner: BackupOwner,
  {
    version,
    info,
  }: { readonly version: string; readonly info: BackupInfo & { readonly version?: string | undefined } },
): Promise<void> {
  const { store } = context.rooms
  return aloneWithBackups(context, owner, async () => {
    const row = await requireBackup(context, owner, version)
    if (info.version !== undefined && info.version !== version)
      throw new MatrixError('M_INVALID_PARAM', 'The version in the body is not the one in the path')
    if (info.algorithm !== row.algorithm) throw new MatrixError('M_INVALID_PARAM', 'The algorithm does not match')
    const key = { userNid: owner.userNid, version: row.version }
    await store.write((w) => setBackupAuthData(w, key, JSON.stringify(info.auth_data)))
  })
}

/** "If the backup was previously deleted, the call should succeed." */
export function removeBackup(context: EncryptionContext, owner: BackupOwner, version: string): Promise<void> {
  const { store } = context.rooms
  return aloneWithBackups(context, owner, async () => {
    const row = await backupNamed(context, owner, version)
    if (!row) throw noBackup()
    if (row.isDeleted === 0) await store.write((w) => deleteBackup(w, { userNid: owner.userNid, version: row.version }))
  })
}

/** A backup that is there: the newest unless told. Throws M_NOT_FOUND. */
export async function requireBackup(
  context: EncryptionContext,
  owner: BackupOwner,
  version: string | undefined,
): Promise<BackupRow> {
  const { read } = context.rooms.store
  const row =
    version === undefined ? await newestBackup(read, owner.userNid) : await backupNamed(context, owner, version)
  if (!row || row.isDeleted === 1) throw noBackup()
  return row
}

const backupNamed = async ({ rooms }: EncryptionContext, { userNid }: BackupOwner, version: string) =>
  /^\d{1,9}$/.test(version) ? backupOf(rooms.store.read, { userNid, version: Number(version) }) : undefined

const noBackup = () => new MatrixError('M_NOT_FOUND', 'Unknown backup version')

/** The backup that keys are put into. Throws M_WRONG_ROOM_KEYS_VERSION for any but the newest. */
export async function requireCurrent(
  context: EncryptionContext,
  owner: BackupOwner,
  version: string,
): Promise<BackupRow> {
  const current = await requireBackup(context, owner, undefined)
  const current_version = String(current.version)
  if (version === current_version) return current
  throw new MatrixError('M_WRONG_ROOM_KEYS_VERSION', 'Wrong backup version', { fields: { current_version } })
}
