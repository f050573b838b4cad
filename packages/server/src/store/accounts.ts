// The accounts of this server: one row per registered local user, kept for ever so that no name is given twice.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

/** A local account. */
export interface Account {
  readonly userNid: number
  readonly userId: string
  /** PHC string; absent when nobody can log in with a password. */
  readonly passwordHash: string | undefined
  readonly isGuest: boolean
  readonly isAdmin: boolean
  readonly isLocked: boolean
  readonly isSuspended: boolean
  readonly isDeactivated: boolean
  readonly createdMs: number
}

interface AccountRow extends Row {
  readonly userNid: number
  readonly userId: string
  readonly passwordHash: string | null
  readonly isGuest: number
  readonly isAdmin: number
  readonly isLocked: number
  readonly isSuspended: number
  readonly createdMs: number
  readonly deactivatedMs: number | null
}

const toAccount = (row: AccountRow): Account => ({
  userNid: row.userNid,
  userId: row.userId,
  passwordHash: row.passwordHash ?? undefined,
  isGuest: row.isGuest === 1,
  isAdmin: row.isAdmin === 1,
  isLocked: row.isLocked === 1,
  isSuspended: row.isSuspended === 1,
  isDeactivated: row.deactivatedMs !== null,
  createdMs: row.createdMs,
})

const selectByUserId = sql`
  SELECT users.nid AS "userNid", users.user_id AS "userId", password_hash AS "passwordHash", is_guest AS "isGuest",
    is_admin AS "isAdmin", is_locked AS "isLocked", is_suspended AS "isSuspended", created_ms AS "createdMs",
    deactivated_ms AS "deactivatedMs"
  FROM users JOIN accounts ON accounts.user_nid = users.nid WHERE users.user_id = ${'userId'}`

/** The account of a user of this server, deactivated ones included. */
export async function accountOf(read: Reader, userId: string): Promise<Account | undefined> {
  const row = await read.get<AccountRow, 'userId'>(selectByUserId, { userId })
  return row && toAccount(row)
}

const insert = sql`
  INSERT INTO accounts (user_nid, password_hash, is_guest, is_admin, user_type, created_ms)
  VALUES (${'userNid'}, ${'passwordHash'}, ${'isGuest'}, ${'isAdmin'}, ${'userType'}, ${'createdMs'})`

export interface NewAccount {
  readonly userNid: number
  readonly passwordHash: string | undefined
  readonly isGuest: boolean
  readonly isAdmin: boolean
  /** What kind of account an operator says it is, e.g. `bot`. */
  readonly userType: string | undefined
  readonly createdMs: number
}

/** Adds an account; the caller has made sure that there is none. */
export function insertAccount(w: Write, account: NewAccount): void {
  w.run(insert, {
    ...account,
    passwordHash: account.passwordHash ?? null,
    isGuest: Number(account.isGuest),
    isAdmin: Number(account.isAdmin),
    userType: account.userType ?? null,
  })
}

const updatePassword = sql`
  UPDATE accounts SET password_hash = ${'passwordHash'} WHERE user_nid = ${'userNid'} AND deactivated_ms IS NULL`

/** Replaces the password of an account that is not deactivated. */
export function setPasswordHash(w: Write, userNid: number, passwordHash: string): void {
  w.run(updatePassword, { userNid, passwordHash })
}

const updateLocked = sql`UPDATE accounts SET is_locked = ${'flag'} WHERE user_nid = ${'userNid'}`
const updateSuspended = sql`UPDATE accounts SET is_suspended = ${'flag'} WHERE user_nid = ${'userNid'}`
const moderation = { locked: updateLocked, suspended: updateSuspended }

/** Locks, unlocks, suspends or unsuspends an account. */
export function setModeration(w: Write, userNid: number, change: { what: keyof typeof moderation; to: boolean }): void {
  w.run(moderation[change.what], { userNid, flag: Number(change.to) })
}

const deactivate = sql`
  UPDATE accounts SET password_hash = NULL, deactivated_ms = ${'nowMs'}, is_erased = ${'isErased'},
    erased_position = ${'erasedPosition'}, is_departing = 1
  WHERE user_nid = ${'userNid'}`

/** Marks an account as deactivated; it counts as departing until it has left its rooms. */
export function markDeactivated(w: Write, userNid: number, how: HowDeactivated): void {
  const { nowMs, erase, position } = how
  w.run(deactivate, { userNid, nowMs, isErased: Number(erase), erasedPosition: erase ? position : null })
}

export interface HowDeactivated {
  readonly nowMs: number
  /** What they wrote is to be erased. */
  readonly erase: boolean
  /** Where the journal is. */
  readonly position: number
}

const selectErasures = sql`SELECT user_nid AS "userNid", erased_position AS position FROM accounts
  WHERE erased_position IS NOT NULL`

/** Users who asked that what they wrote be erased, and where the journal was then. */
export const erasures = (read: Reader): Promise<{ readonly userNid: number; readonly position: number }[]> =>
  read.all(selectErasures, {})

const departed = sql`UPDATE accounts SET is_departing = 0 WHERE user_nid = ${'userNid'}`

/** Notes that a deactivated account has left all its rooms. */
export function markDeparted(w: Write, userNid: number): void {
  w.run(departed, { userNid })
}

export interface Departing extends Row {
  readonly userNid: number
  readonly userId: string
  readonly isErased: number
}

const selectDeparting = sql`
  SELECT user_nid AS "userNid", user_id AS "userId", is_erased AS "isErased"
  FROM accounts JOIN users ON users.nid = user_nid WHERE is_departing = 1`

/** Deactivated accounts that may still be in rooms. */
export function departingAccounts(read: Reader): Promise<Departing[]> {
  return read.all<Departing>(selectDeparting, {})
}

const selectErased = sql`SELECT user_nid AS "userNid" FROM accounts
  WHERE user_nid IN (SELECT value FROM json_each(${'userNids'})) AND is_erased = 1`

/** Those of the users who asked that what they wrote be erased. */
export async function erasedAmong(read: Reader, userNids: readonly number[]): Promise<Set<number>> {
  if (userNids.length === 0) return new Set()
  const unique = JSON.stringify([...new Set(userNids)])
  const rows = await read.all<{ userNid: number }, 'userNids'>(selectErased, { userNids: unique })
  return new Set(rows.map(({ userNid }) => userNid))
}
