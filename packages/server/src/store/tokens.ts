// Tokens, known by their hashes: access tokens with the refresh token they came with, and short-lived tokens.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

/** An access token with everything a request needs to know about its owner. */
export interface TokenOwner extends Row {
  readonly hash: string
  readonly refreshHash: string | null
  readonly expiresMs: number | null
  /** Hash of the access token this one was refreshed from, until this one is used. */
  readonly replaces: string | null
  readonly userNid: number
  readonly userId: string
  readonly deviceNid: number
  readonly deviceId: string
  readonly lastSeenMs: number | null
  readonly isGuest: number
  readonly isAdmin: number
  readonly isLocked: number
  readonly isSuspended: number
}

const selectByHash = sql`
  SELECT access_tokens.hash, refresh_hash AS "refreshHash", expires_ms AS "expiresMs", replaces,
    access_tokens.user_nid AS "userNid", users.user_id AS "userId", device_nid AS "deviceNid",
    devices.device_id AS "deviceId", devices.last_seen_ms AS "lastSeenMs", is_guest AS "isGuest",
    is_admin AS "isAdmin", is_locked AS "isLocked", is_suspended AS "isSuspended"
  FROM access_tokens
    JOIN users ON users.nid = access_tokens.user_nid
    JOIN accounts ON accounts.user_nid = access_tokens.user_nid
    JOIN devices ON devices.nid = device_nid
  WHERE access_tokens.hash = ${'hash'}`

/** Whose access token has that hash. */
export function tokenOwner(read: Reader, hash: string): Promise<TokenOwner | undefined> {
  return read.get<TokenOwner, 'hash'>(selectByHash, { hash })
}

const selectByRefreshHash = sql`SELECT hash FROM access_tokens WHERE refresh_hash = ${'refreshHash'}`

/** The access token that came with the refresh token of that hash. */
export async function refreshTokenOwner(read: Reader, refreshHash: string): Promise<TokenOwner | undefined> {
  const row = await read.get<{ hash: string }, 'refreshHash'>(selectByRefreshHash, { refreshHash })
  return row && (await tokenOwner(read, row.hash))
}

const insert = sql`
  INSERT INTO access_tokens (hash, refresh_hash, user_nid, device_nid, expires_ms, replaces)
  VALUES (${'hash'}, ${'refreshHash'}, ${'userNid'}, ${'deviceNid'}, ${'expiresMs'}, ${'replaces'})`

export interface NewToken {
  readonly hash: string
  readonly refreshHash: string | undefined
  readonly userNid: number
  readonly deviceNid: number
  /** Milliseconds since the epoch; absent for a token that does not expire. */
  readonly expiresMs: number | undefined
  readonly replaces: string | undefined
}

/** Adds an access token. */
export function insertToken(w: Write, token: NewToken): void {
  w.run(insert, {
    ...token,
    refreshHash: token.refreshHash ?? null,
    expiresMs: token.expiresMs ?? null,
    replaces: token.replaces ?? null,
  })
}

const removeReplaced = sql`DELETE FROM access_tokens WHERE hash = ${'replaces'}`
const settle = sql`UPDATE access_tokens SET replaces = NULL WHERE hash = ${'hash'}`

/** Ends the token that `hash` was refreshed from: the new one has arrived. */
export function retireReplaced(w: Write, hash: string, replaces: string): void {
  w.run(removeReplaced, { replaces })
  w.run(settle, { hash })
}

const removeSuccessors = sql`DELETE FROM access_tokens WHERE replaces = ${'hash'}
  AND device_nid = ${'deviceNid'}`

/** Ends tokens refreshed from this one that nobody has used: their answer was lost. */
export function deleteSuccessors(w: Write, token: { readonly hash: string; readonly deviceNid: number }): void {
  w.run(removeSuccessors, { hash: token.hash, deviceNid: token.deviceNid })
}

/** What a short-lived token is for. */
export type TokenPurpose = 'login' | 'openid'

interface ShortLivedToken extends Row {
  readonly userNid: number
  readonly userId: string
  readonly expiresMs: number
}

const selectShortLived = sql`
  SELECT user_nid AS "userNid", user_id AS "userId", expires_ms AS "expiresMs"
  FROM short_lived_tokens JOIN users ON users.nid = user_nid
  WHERE hash = ${'hash'} AND purpose = ${'purpose'}`

/** Whose short-lived token has that hash, and until when it is good. */
export function shortLivedToken(
  read: Reader,
  hash: string,
  purpose: TokenPurpose,
): Promise<ShortLivedToken | undefined> {
  return read.get<ShortLivedToken, 'hash' | 'purpose'>(selectShortLived, { hash, purpose })
}

const insertShortLived = sql`
  INSERT INTO short_lived_tokens (hash, purpose, user_nid, expires_ms)
  VALUES (${'hash'}, ${'purpose'}, ${'userNid'}, ${'expiresMs'})`
const removeExpired = sql`DELETE FROM short_lived_tokens WHERE expires_ms < ${'nowMs'}`

export interface NewShortLivedToken {
  readonly hash: string
  readonly purpose: TokenPurpose
  readonly userNid: number
  readonly expiresMs: number
}

/** Adds a short-lived token and removes the expired ones. */
export function insertShortLivedToken(w: Write, token: NewShortLivedToken, nowMs: number): void {
  w.run(removeExpired, { nowMs })
  w.run(insertShortLived, { ...token })
}

const removeShortLived = sql`DELETE FROM short_lived_tokens WHERE hash = ${'hash'}`

/** Uses up a short-lived token. */
export function deleteShortLivedToken(w: Write, hash: string): void {
  w.run(removeShortLived, { hash })
}

const removeOfUser = sql`DELETE FROM short_lived_tokens WHERE user_nid = ${'userNid'}`

/** Removes all short-lived tokens of a user. */
export function deleteShortLivedTokensOf(w: Write, userNid: number): void {
  w.run(removeOfUser, { userNid })
}
