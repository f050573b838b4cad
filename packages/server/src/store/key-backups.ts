// Backups of room keys: versions per user, and the sessions in each.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface BackupRow extends Row {
  readonly version: number
  readonly algorithm: string
  /** JSON text. */
  readonly authData: string
  readonly etag: number
  readonly sessionCount: number
  readonly isDeleted: number
}

export interface BackupSession extends Row {
  readonly roomId: string
  readonly sessionId: string
  readonly firstMessageIndex: number
  readonly forwardedCount: number
  readonly isVerified: number
  /** JSON text. */
  readonly sessionData: string
}

/** Which backup. */
export interface BackupKey {
  readonly userNid: number
  readonly version: number
}

const newest = sql`SELECT version, algorithm, auth_data AS "authData", etag, session_count AS "sessionCount",
  is_deleted AS "isDeleted" FROM key_backups WHERE user_nid = ${'userNid'} AND is_deleted = 0
  ORDER BY version DESC LIMIT 1`
const one = sql`SELECT version, algorithm, auth_data AS "authData", etag, session_count AS "sessionCount",
  is_deleted AS "isDeleted" FROM key_backups WHERE user_nid = ${'userNid'} AND version = ${'version'}`
const lastVersion = sql`SELECT coalesce(max(version), 0) AS version FROM key_backups WHERE user_nid = ${'userNid'}`
const insert = sql`INSERT INTO key_backups (user_nid, version, algorithm, auth_data)
  VALUES (${'userNid'}, ${'version'}, ${'algorithm'}, ${'authData'})`
const setAuthData = sql`UPDATE key_backups SET auth_data = ${'authData'}
  WHERE user_nid = ${'userNid'} AND version = ${'version'}`
const setCount = sql`UPDATE key_backups SET etag = ${'etag'}, session_count = ${'sessionCount'}
  WHERE user_nid = ${'userNid'} AND version = ${'version'}`
const markDeleted = sql`UPDATE key_backups SET is_deleted = 1, auth_data = '{}', session_count = 0
  WHERE user_nid = ${'userNid'} AND version = ${'version'}`
const page = sql`SELECT room_id AS "roomId", session_id AS "sessionId", first_message_index AS "firstMessageIndex",
  forwarded_count AS "forwardedCount", is_verified AS "isVerified", session_data AS "sessionData"
  FROM key_backup_sessions WHERE user_nid = ${'userNid'} AND version = ${'version'}
    AND (room_id, session_id) > (${'roomId'}, ${'sessionId'}) ORDER BY room_id, session_id LIMIT ${'limit'}`
const oneSession = sql`SELECT room_id AS "roomId", session_id AS "sessionId",
  first_message_index AS "firstMessageIndex", forwarded_count AS "forwardedCount", is_verified AS "isVerified",
  session_data AS "sessionData" FROM key_backup_sessions
  WHERE user_nid = ${'userNid'} AND version = ${'version'} AND room_id = ${'roomId'} AND session_id = ${'sessionId'}`
const countRoom = sql`SELECT count(*) AS sessions FROM key_backup_sessions
  WHERE user_nid = ${'userNid'} AND version = ${'version'} AND room_id = ${'roomId'}`
const upsertSession = sql`INSERT INTO key_backup_sessions (user_nid, version, room_id, session_id, first_message_index,
    forwarded_count, is_verified, session_data)
  VALUES (${'userNid'}, ${'version'}, ${'roomId'}, ${'sessionId'}, ${'firstMessageIndex'}, ${'forwardedCount'},
    ${'isVerified'}, ${'sessionData'})
  ON CONFLICT (user_nid, version, room_id, session_id) DO UPDATE SET
    first_message_index = excluded.first_message_index, forwarded_count = excluded.forwarded_count,
    is_verified = excluded.is_verified, session_data = excluded.session_data`
const removeSession = sql`DELETE FROM key_backup_sessions WHERE user_nid = ${'userNid'} AND version = ${'version'}
  AND room_id = ${'roomId'} AND session_id = ${'sessionId'}`
const removeRoom = sql`DELETE FROM key_backup_sessions WHERE user_nid = ${'userNid'} AND version = ${'version'}
  AND room_id = ${'roomId'}`
const removeAll = sql`DELETE FROM key_backup_sessions WHERE user_nid = ${'userNid'} AND version = ${'version'}`
const removeOfUser = sql`DELETE FROM key_backup_sessions WHERE user_nid = ${'userNid'}`
const removeBackups = sql`DELETE FROM key_backups WHERE user_nid = ${'userNid'}`

/** The newest backup of a user that has not been deleted. */
export const newestBackup = (read: Reader, userNid: number): Promise<BackupRow | undefined> =>
  read.get(newest, { userNid })

/** A backup, deleted or not. */
export const backupOf = (read: Reader, key: BackupKey): Promise<BackupRow | undefined> => read.get(one, key)

/** The number of the last backup ever made, 0 if there was none. */
export const lastBackupVersion = async (read: Reader, userNid: number): Promise<number> =>
  (await read.get<{ version: number }, 'userNid'>(lastVersion, { userNid }))?.version ?? 0

export function insertBackup(
  w: Write,
  backup: BackupKey & { readonly algorithm: string; readonly authData: string },
): void {
  w.run(insert, backup)
}

export function setBackupAuthData(w: Write, { userNid, version }: BackupKey, authData: string): void {
  w.run(setAuthData, { userNid, version, authData })
}

/** Notes a change of the sessions. */
export function setBackupCount(
  w: Write,
  { userNid, version }: BackupKey,
  { etag, sessionCount }: { readonly etag: number; readonly sessionCount: number },
): void {
  w.run(setCount, { userNid, version, etag, sessionCount })
}

/** Deletes a backup with its sessions. Its number is not used again. */
export function deleteBackup(w: Write, { userNid, version }: BackupKey): void {
  w.run(removeAll, { userNid, version })
  w.run(markDeleted, { userNid, version })
}

/** Forgets that the user ever had backups. */
export function deleteBackups(w: Write, userNid: number): void {
  w.run(removeOfUser, { userNid })
  w.run(removeBackups, { userNid })
}

/** Sessions in order, those after the place named; from the beginning for empty names. */
export const backupSessionsPage = (
  read: Reader,
  { userNid, version }: BackupKey,
  after: { readonly roomId: string; readonly sessionId: string; readonly limit: number },
): Promise<BackupSession[]> => read.all(page, { userNid, version, ...after })

export const backupSession = (
  read: Reader,
  { userNid, version }: BackupKey,
  { roomId, sessionId }: { readonly roomId: string; readonly sessionId: string },
): Promise<BackupSession | undefined> => read.get(oneSession, { userNid, version, roomId, sessionId })

/** How many sessions of a room are in a backup. */
export const backupSessionsInRoom = async (
  read: Reader,
  { userNid, version }: BackupKey,
  roomId: string,
): Promise<number> => {
  const row = await read.get<{ sessions: number }, 'userNid' | 'version' | 'roomId'>(countRoom, {
    ...{ userNid, version },
    roomId,
  })
  return row?.sessions ?? 0
}

export function setBackupSession(w: Write, { userNid, version }: BackupKey, session: BackupSession): void {
  const { roomId, sessionId, firstMessageIndex, forwardedCount, isVerified, sessionData } = session
  const values = { roomId, sessionId, firstMessageIndex, forwardedCount, isVerified, sessionData }
  w.run(upsertSession, { userNid, version, ...values })
}

/** Removes a session, those of a room, or all of a backup. */
export function deleteBackupSessions(
  w: Write,
  { userNid, version }: BackupKey,
  { roomId, sessionId }: { readonly roomId?: string | undefined; readonly sessionId?: string | undefined },
): void {
  if (roomId === undefined) w.run(removeAll, { userNid, version })
  else if (sessionId === undefined) w.run(removeRoom, { userNid, version, roomId })
  else w.run(removeSession, { userNid, version, roomId, sessionId })
}
