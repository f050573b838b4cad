// Profiles of local users: one row per field, its value as JSON text.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface ProfileField extends Row {
  readonly field: string
  /** JSON text. */
  readonly value: string
}

const select = sql`SELECT field, value FROM profiles WHERE user_nid = ${'userNid'} ORDER BY field`

/** All fields of a user's profile. */
export function profileFields(read: Reader, userNid: number): Promise<ProfileField[]> {
  return read.all<ProfileField, 'userNid'>(select, { userNid })
}

const upsert = sql`
  INSERT INTO profiles (user_nid, field, value) VALUES (${'userNid'}, ${'field'}, ${'value'})
  ON CONFLICT (user_nid, field) DO UPDATE SET value = excluded.value`

/** Sets a field; `value` is JSON text. */
export function setProfileField(w: Write, userNid: number, field: ProfileField): void {
  w.run(upsert, { userNid, field: field.field, value: field.value })
}

const remove = sql`DELETE FROM profiles WHERE user_nid = ${'userNid'} AND field = ${'field'}`

/** Removes a field, if there is one. */
export function deleteProfileField(w: Write, userNid: number, field: string): void {
  w.run(remove, { userNid, field })
}

const removeAll = sql`DELETE FROM profiles WHERE user_nid = ${'userNid'}`

/** Removes the whole profile. */
export function deleteProfile(w: Write, userNid: number): void {
  w.run(removeAll, { userNid })
}
