// Account data of local users, global (room nid 0) and per room, each entry with the position of its last change.
import { sql } from './sql.ts'
import { journalKind, type Reader, type Row, type Write } from './store.ts'

export interface AccountDataEntry extends Row {
  /** 0 for global account data. */
  readonly roomNid: number
  readonly type: string
  /** JSON text. */
  readonly content: string
  /** Position in the journal of the last change. */
  readonly position: number
}

/** Which entry: a user's, in a room (0: global), of a type. */
export interface AccountDataKey {
  readonly userNid: number
  readonly roomNid: number
  readonly type: string
}

const selectOne = sql`
  SELECT content FROM account_data
  WHERE user_nid = ${'userNid'} AND room_nid = ${'roomNid'} AND type = ${'type'}`

/** The content of one entry, as JSON text. */
export async function accountDataContent(read: Reader, key: AccountDataKey): Promise<string | undefined> {
  const row = await read.get<{ content: string }, keyof AccountDataKey>(selectOne, key)
  return row?.content
}

const selectSince = sql`
  SELECT room_nid AS "roomNid", type, content, position FROM account_data
  WHERE user_nid = ${'userNid'} AND position > ${'after'} ORDER BY position`

/** All entries of a user that changed after a position (0: all there are), oldest change first. */
export function accountDataSince(read: Reader, userNid: number, after: number): Promise<AccountDataEntry[]> {
  return read.all<AccountDataEntry, 'userNid' | 'after'>(selectSince, { userNid, after })
}

const selectRoom = sql`
  SELECT room_nid AS "roomNid", type, content, position FROM account_data
  WHERE user_nid = ${'userNid'} AND room_nid = ${'roomNid'} ORDER BY type`

/** All entries of a user in a room, or the global ones for room nid 0. */
export function accountDataIn(read: Reader, userNid: number, roomNid: number): Promise<AccountDataEntry[]> {
  return read.all<AccountDataEntry, 'userNid' | 'roomNid'>(selectRoom, { userNid, roomNid })
}

const upsert = sql`
  INSERT INTO account_data (user_nid, room_nid, type, content, position)
  VALUES (${'userNid'}, ${'roomNid'}, ${'type'}, ${'content'}, ${'position'})
  ON CONFLICT (user_nid, room_nid, type) DO UPDATE SET content = excluded.content, position = excluded.position`

/** Sets an entry, `content` being JSON text, and returns the position of the change. */
export function setAccountData(w: Write, key: AccountDataKey, content: string): number {
  const position = w.journal({ kind: journalKind.accountData, room: key.roomNid, user: key.userNid, ref: 0 })
  w.run(upsert, { ...key, content, position })
  return position
}

const removeAll = sql`DELETE FROM account_data WHERE user_nid = ${'userNid'}`

/** Removes all account data of a user. */
export function deleteAccountData(w: Write, userNid: number): void {
  w.run(removeAll, { userNid })
}
