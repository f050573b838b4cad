// Keys of other servers: each key with its times, and each server's last key document as it signed it.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface ServerKeyRow extends Row {
  readonly keyId: string
  /** Unpadded base64. */
  readonly publicKey: string
  /** Milliseconds since the epoch. */
  readonly validUntilTs: number
  /** Of a retired key, milliseconds since the epoch. */
  readonly expiredTs: number | null
}

export interface KeyDocumentRow extends Row {
  readonly json: string
  readonly fetchedTs: number
  readonly validUntilTs: number
}

const keysOf = sql`SELECT key_id AS "keyId", public_key AS "publicKey", valid_until_ts AS "validUntilTs",
  expired_ts AS "expiredTs" FROM server_keys WHERE server_name = ${'serverName'}`
const documentOf = sql`SELECT json, fetched_ts AS "fetchedTs", valid_until_ts AS "validUntilTs"
  FROM server_key_documents WHERE server_name = ${'serverName'}`
const upsertKey = sql`INSERT INTO server_keys (server_name, key_id, public_key, valid_until_ts, expired_ts)
  VALUES (${'serverName'}, ${'keyId'}, ${'publicKey'}, ${'validUntilTs'}, ${'expiredTs'})
  ON CONFLICT (server_name, key_id) DO UPDATE SET public_key = excluded.public_key,
    valid_until_ts = excluded.valid_until_ts, expired_ts = excluded.expired_ts`
const upsertDocument = sql`INSERT INTO server_key_documents (server_name, json, fetched_ts, valid_until_ts)
  VALUES (${'serverName'}, ${'json'}, ${'fetchedTs'}, ${'validUntilTs'})
  ON CONFLICT (server_name) DO UPDATE SET json = excluded.json, fetched_ts = excluded.fetched_ts,
    valid_until_ts = excluded.valid_until_ts`

const deleteKey = sql`DELETE FROM server_keys WHERE server_name = ${'serverName'} AND key_id = ${'keyId'}`
const deleteOldDocuments = sql`DELETE FROM server_key_documents WHERE fetched_ts < (
  SELECT fetched_ts FROM server_key_documents ORDER BY fetched_ts DESC LIMIT 1 OFFSET ${'keptMax'})`

/** The keys learned of a server that were not forgotten. */
export const serverKeys = (read: Reader, serverName: string): Promise<ServerKeyRow[]> =>
  read.all(keysOf, { serverName })

/** The last key document of a server. */
export const keyDocument = (read: Reader, serverName: string): Promise<KeyDocumentRow | undefined> =>
  read.get(documentOf, { serverName })

export interface LearnedKeys {
  readonly serverName: string
  readonly keys: readonly ServerKeyRow[]
  readonly document: KeyDocumentRow
}

/** Adds what a key document says; keys it does not name stay. */
export function saveServerKeys(w: Write, { serverName, keys, document }: LearnedKeys): void {
  addServerKeys(w, serverName, keys)
  const { json, fetchedTs, validUntilTs } = document
  w.run(upsertDocument, { serverName, json, fetchedTs, validUntilTs })
}

/** Forgets keys of a server. */
export function forgetServerKeys(w: Write, serverName: string, keyIds: readonly string[]): void {
  for (const keyId of keyIds) w.run(deleteKey, { serverName, keyId })
}

/** Keeps the documents that were fetched last, so many of them. */
export const pruneKeyDocuments = (w: Write, keptMax: number): void => w.run(deleteOldDocuments, { keptMax })

/** Adds keys that came without a document, such as those of another server's store. */
export function addServerKeys(w: Write, serverName: string, keys: readonly ServerKeyRow[]): void {
  for (const { keyId, publicKey, validUntilTs, expiredTs } of keys)
    w.run(upsertKey, { serverName, keyId, publicKey, validUntilTs, expiredTs })
}
