// Registration tokens: what somebody must know to make an account on a server that asks for one.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface RegistrationToken extends Row {
  readonly token: string
  /** How many accounts it may make; null for any number. */
  readonly usesAllowed: number | null
  readonly completed: number
  readonly expiresMs: number | null
}

const select = sql`
  SELECT token, uses_allowed AS "usesAllowed", completed, expires_ms AS "expiresMs"
  FROM registration_tokens WHERE token = ${'token'}`

/** The registration token of that text. */
export function registrationToken(read: Reader, token: string): Promise<RegistrationToken | undefined> {
  return read.get<RegistrationToken, 'token'>(select, { token })
}

const selectAll = sql`
  SELECT token, uses_allowed AS "usesAllowed", completed, expires_ms AS "expiresMs"
  FROM registration_tokens ORDER BY token`

/** All registration tokens. */
export function allRegistrationTokens(read: Reader): Promise<RegistrationToken[]> {
  return read.all<RegistrationToken>(selectAll, {})
}

const insert = sql`
  INSERT INTO registration_tokens (token, uses_allowed, expires_ms)
  VALUES (${'token'}, ${'usesAllowed'}, ${'expiresMs'})`

export interface NewRegistrationToken {
  readonly token: string
  readonly usesAllowed: number | undefined
  readonly expiresMs: number | undefined
}

/** Adds a registration token. */
export function insertRegistrationToken(w: Write, token: NewRegistrationToken): void {
  w.run(insert, { token: token.token, usesAllowed: token.usesAllowed ?? null, expiresMs: token.expiresMs ?? null })
}

const use = sql`UPDATE registration_tokens SET completed = completed + 1 WHERE token = ${'token'}`

/** Counts one account made with the token. */
export function useRegistrationToken(w: Write, token: string): void {
  w.run(use, { token })
}

const remove = sql`DELETE FROM registration_tokens WHERE token = ${'token'}`

/** Removes a registration token. */
export function deleteRegistrationToken(w: Write, token: string): void {
  w.run(remove, { token })
}
