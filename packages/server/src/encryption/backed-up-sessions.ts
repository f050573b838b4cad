// The sessions in a backup of room keys: a better key of a session takes the place of a worse one.
// https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
import type { KeyBackupData } from '@myelin/protocol/client-server/definitions/key_backup_data'
import type { RoomKeyBackup } from '@myelin/protocol/client-server/definitions/room_key_backup'
import { MatrixError } from '@myelin/protocol/errors'
import { backupSessionBytesMax, backupSessionsMax, backupSessionsPage } from '../limits.ts'
import { Pace } from '../federation/pace.ts'
import {
  backupSession,
  backupSessionsInRoom,
  backupSessionsPage as sessionsPage,
  deleteBackupSessions,
  setBackupCount,
  setBackupSession,
  type BackupKey,
  type BackupRow,
  type BackupSession,
} from '../store/key-backups.ts'
import type { EncryptionContext } from './context.ts'
import { aloneWithBackups, requireBackup, requireCurrent, type BackupOwner } from './key-backups.ts'

/** Which sessions: one, those of a room, or all. */
export interface SessionsPath {
  readonly version: string
  readonly roomId?: string | undefined
  readonly sessionId?: string | undefined
}

export interface BackupCount {
  readonly etag: string
  readonly count: number
}

/** Puts sessions into the newest backup. */
export function backUp(
  context: EncryptionContext,
  owner: BackupOwner,
  { version, rooms }: { readonly version: string; readonly rooms: Readonly<Record<string, RoomKeyBackup>> },
): Promise<BackupCount> {
  const { store } = context.rooms
  return aloneWithBackups(context, owner, async () => {
    const backup = await requireCurrent(context, owner, version)
    const key = { userNid: owner.userNid, version: backup.version }
    const { better, addedCount } = await betterSessions(context, key, rooms)
    if (better.length === 0) return countOf(backup)
    const next = { etag: backup.etag + 1, sessionCount: backup.sessionCount + addedCount }
    if (next.sessionCount > backupSessionsMax) throw new MatrixError('M_TOO_LARGE', 'The backup holds too many keys')
    await store.write((w) => {
      for (const session of better) setBackupSession(w, key, session)
      setBackupCount(w, key, next)
    })
    return countOf(next)
  })
}

const countOf = ({ etag, sessionCount }: Pick<BackupRow, 'etag' | 'sessionCount'>): BackupCount => ({
  etag: String(etag),
  count: sessionCount,
})

async function betterSessions(
  { rooms: { store } }: EncryptionContext,
  key: BackupKey,
  rooms: Readonly<Record<string, RoomKeyBackup>>,
): Promise<{ readonly better: readonly BackupSession[]; readonly addedCount: number }> {
  const better: BackupSession[] = []
  let addedCount = 0
  for (const [roomId, { sessions }] of Object.entries(rooms))
    for (const [sessionId, data] of Object.entries(sessions)) {
      const session = rowOf(roomId, sessionId, data)
      const stored = await backupSession(store.read, key, { roomId, sessionId })
      if (stored && !isBetter(session, stored)) continue
      better.push(session)
      if (!stored) addedCount++
    }
  return { better, addedCount }
}

function rowOf(roomId: string, sessionId: string, data: KeyBackupData): BackupSession {
  const sessionData = JSON.stringify(data.session_data)
  if (sessionData.length > backupSessionBytesMax)
    throw new MatrixError('M_TOO_LARGE', 'The data of a session is too long', { status: 413 })
  return {
    roomId,
    sessionId,
    firstMessageIndex: data.first_message_index,
    forwardedCount: data.forwarded_count,
    isVerified: Number(data.is_verified),
    sessionData,
  }
}

/**
 * "If the keys have different values for `is_verified`, then it will keep the key that has `is_verified` set to `true`;
 * if they have the same values …, the key with a lower `first_message_index`; and finally …, a lower `forwarded_count`."
 */
export function isBetter(one: BackupSession, other: BackupSession): boolean {
  if (one.isVerified !== other.isVerified) return one.isVerified === 1
  if (one.firstMessageIndex !== other.firstMessageIndex) return one.firstMessageIndex < other.firstMessageIndex
  return one.forwardedCount < other.forwardedCount
}

/** Removes sessions from any backup that is there. */
export function removeSessions(
  context: EncryptionContext,
  owner: BackupOwner,
  { version, ...which }: SessionsPath,
): Promise<BackupCount> {
  const { store } = context.rooms
  return aloneWithBackups(context, owner, async () => {
    const backup = await requireBackup(context, owner, version)
    const key = { userNid: owner.userNid, version: backup.version }
    const removed = await countSessions(context, key, { ...which, all: backup.sessionCount })
    if (removed === 0) return countOf(backup)
    const next = { etag: backup.etag + 1, sessionCount: backup.sessionCount - removed }
    await store.write((w) => {
      deleteBackupSessions(w, key, which)
      setBackupCount(w, key, next)
    })
    return countOf(next)
  })
}

async function countSessions(
  { rooms: { store } }: EncryptionContext,
  key: BackupKey,
  { roomId, sessionId, all }: Omit<SessionsPath, 'version'> & { readonly all: number },
): Promise<number> {
  if (roomId === undefined) return all
  if (sessionId === undefined) return backupSessionsInRoom(store.read, key, roomId)
  return Number((await backupSession(store.read, key, { roomId, sessionId })) !== undefined)
}

/** The JSON text of one session. Throws M_NOT_FOUND. */
export async function readSession(
  context: EncryptionContext,
  owner: BackupOwner,
  { version, roomId, sessionId }: { readonly version: string; readonly roomId: string; readonly sessionId: string },
): Promise<string> {
  const backup = await requireBackup(context, owner, version)
  const key = { userNid: owner.userNid, version: backup.version }
  const session = await backupSession(context.rooms.store.read, key, { roomId, sessionId })
  if (!session) throw new MatrixError('M_NOT_FOUND', 'The backup does not hold this session')
  return sessionText(session)
}

const sessionText = ({ firstMessageIndex, forwardedCount, isVerified, sessionData }: BackupSession): string =>
  `{"first_message_index":${firstMessageIndex},"forwarded_count":${forwardedCount},"is_verified":${isVerified === 1},"session_data":${sessionData}}`

/** The JSON text of the sessions of a room, `{"sessions":{…}}`. */
export async function readRoom(
  context: EncryptionContext,
  owner: BackupOwner,
  { version, roomId }: { readonly version: string; readonly roomId: string },
): Promise<string> {
  const rooms = await sessionsByRoom(context, owner, { version, roomId })
  return `{"sessions":{${(rooms.get(roomId) ?? []).join(',')}}}`
}

/** The JSON text of a whole backup, `{"rooms":{…}}`. */
export async function readBackup(context: EncryptionContext, owner: BackupOwner, version: string): Promise<string> {
  const rooms = await sessionsByRoom(context, owner, { version })
  const texts = Array.from(rooms, ([roomId, texts]) => `${JSON.stringify(roomId)}:{"sessions":{${texts.join(',')}}}`)
  return `{"rooms":{${texts.join(',')}}}`
}

/** `"id":{…}` of each session by room, read in pages, letting other requests run in between. */
async function sessionsByRoom(
  context: EncryptionContext,
  owner: BackupOwner,
  { version, roomId }: SessionsPath,
): Promise<Map<string, string[]>> {
  const { store, environment } = context.rooms
  const backup = await requireBackup(context, owner, version)
  const key = { userNid: owner.userNid, version: backup.version }
  const found = new Map<string, string[]>()
  const pace = new Pace(environment)
  for (let after = { roomId: roomId ?? '', sessionId: '' }; ;) {
    const page = await sessionsPage(store.read, key, { ...after, limit: backupSessionsPage })
    const wanted = roomId === undefined ? page : page.filter((session) => session.roomId === roomId)
    for (const session of wanted) {
      const texts = found.get(session.roomId) ?? []
      found.set(session.roomId, texts)
      texts.push(`${JSON.stringify(session.sessionId)}:${sessionText(session)}`)
    }
    const last = wanted.at(-1)
    if (!last || wanted.length < backupSessionsPage) return found
    after = { roomId: last.roomId, sessionId: last.sessionId }
    await pace.breathe()
  }
}
